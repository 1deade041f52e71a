//! An import that is put off: the file is kept, and a job imports it.

use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use commands::Context;
use commands::import::ImportOptions;
use commands::jobs::{Enqueued, JobInput};
use futures_util::stream::{self, StreamExt};

use crate::Api;
use crate::conventions::{Chunks, Params, Problem, Shape, drain, location, replayed};
use crate::routes::jobs::job_answer;

/// Whether an import is done in its request or put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// In the request.
    Now,
    /// By a job.
    Later,
    /// By a job when the file has more than so many bytes.
    LaterOver(usize),
}

/// Takes the parameter `async`. Clients of older systems wait for the answer, as they know no other.
pub(super) fn manner(params: &mut Params, over: usize) -> Manner {
    match (params.flag(&["async"]), params.shape()) {
        (Some(true), Shape::V1 | Shape::Legacy) => Manner::Later,
        (Some(false), Shape::V1 | Shape::Legacy) | (None, Shape::Legacy) => Manner::Now,
        (None, Shape::V1) => Manner::LaterOver(over),
    }
}

/// What is to be done with a file, of which a part may have been read to find out.
pub(super) enum Decided {
    Now(Chunks),
    Later(Chunks),
}

impl Manner {
    /// Reads as far as it takes to decide; at most so many bytes are held in memory.
    pub(super) async fn decide(self, mut chunks: Chunks) -> Decided {
        let over = match self {
            Self::Now => return Decided::Now(chunks),
            Self::Later => return Decided::Later(chunks),
            Self::LaterOver(over) => over,
        };
        let mut read = Vec::new();
        let mut bytes = 0;
        while bytes <= over {
            match chunks.next().await {
                Some(Ok(chunk)) => {
                    bytes += chunk.len();
                    read.push(Ok(chunk));
                }
                // Half a file is answered for as it always was.
                Some(Err(problem)) => {
                    read.push(Err(problem));
                    return Decided::Now(stream::iter(read).chain(chunks).boxed());
                }
                None => return Decided::Now(stream::iter(read).boxed()),
            }
        }
        Decided::Later(stream::iter(read).chain(chunks).boxed())
    }
}

/// Keeps the file and puts its import into the queue.
pub(super) async fn import_later(
    api: &Api,
    context: &Context,
    options: ImportOptions,
    chunks: Chunks,
    limit: usize,
) -> Result<Response, Problem> {
    let id = api.ambient.uuid_v7();
    let mut input = api.commands.begin_job_input(id);
    if let Err(problem) = keep(&mut input, chunks, limit).await {
        api.commands.discard_job_input(id).await?;
        return Err(problem);
    }
    let enqueued = api.commands.enqueue_import(context, options, id, input).await?;
    let id = enqueued.id();
    let job = api.commands.job(id).await?.ok_or_else(|| Problem::not_found("job"))?;
    let mut headers: Vec<_> = location(&format!("/api/v1/jobs/{id}")).into_iter().collect();
    match enqueued {
        Enqueued::New(_) => {}
        Enqueued::Before(_) => headers.push(replayed()),
    }
    Ok(job_answer(StatusCode::ACCEPTED, headers, job))
}

async fn keep(input: &mut JobInput, mut chunks: Chunks, limit: usize) -> Result<(), Problem> {
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk?;
        if input.bytes() + chunk.len() as u64 > limit as u64 {
            drain(chunks).await;
            return Err(Problem::too_large(limit));
        }
        input.write(&chunk).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(pieces: &'static [&'static str]) -> Chunks {
        stream::iter(pieces).map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).boxed()
    }

    async fn decided(manner: Manner, pieces: &'static [&'static str]) -> (&'static str, String) {
        let (what, mut chunks) = match manner.decide(chunks(pieces)).await {
            Decided::Now(chunks) => ("now", chunks),
            Decided::Later(chunks) => ("later", chunks),
        };
        let mut text = String::new();
        while let Some(Ok(chunk)) = chunks.next().await {
            text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        (what, text)
    }

    #[tokio::test]
    async fn a_file_over_the_size_is_put_off_and_no_byte_of_it_lost() {
        let pieces = &["ab", "cd", "ef"];
        for (manner, what) in [
            (Manner::LaterOver(6), "now"),
            (Manner::LaterOver(5), "later"),
            (Manner::LaterOver(0), "later"),
            (Manner::Now, "now"),
            (Manner::Later, "later"),
        ] {
            assert_eq!(decided(manner, pieces).await, (what, "abcdef".to_owned()), "{manner:?}");
        }
        assert_eq!(decided(Manner::LaterOver(0), &[]).await, ("now", String::new()));
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_before_it_is_decided_is_answered_for_at_once() {
        let broken = stream::iter([Ok(Bytes::from("ab")), Err(Problem::malformed("cut"))]).boxed();
        let Decided::Now(mut chunks) = Manner::LaterOver(9).decide(broken).await else {
            panic!("it is not kept");
        };
        assert!(chunks.next().await.unwrap().is_ok());
        assert!(chunks.next().await.unwrap().is_err());
    }
}
