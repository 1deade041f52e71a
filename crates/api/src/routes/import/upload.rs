//! From the request to a reader that may block, with a count of the bytes.

use std::future::Future;
use std::io;

use bytes::Bytes;
use commands::import::{PipeReader, PipeWriter, pipe};
use futures_util::StreamExt;

use crate::conventions::{Chunks, Problem, drain};

/// How the upload of a file ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// With its last byte.
    Whole,
    /// At the limit.
    TooLarge,
    /// Before its end.
    Broken(Problem),
}

/// The reader, and what fills it: both have to run at the same time.
pub(super) fn upload(
    chunks: Chunks,
    limit: usize,
) -> (PipeReader<Bytes>, impl Future<Output = Outcome>) {
    let (writer, reader) = pipe();
    (reader, pump(chunks, limit, writer))
}

async fn pump(mut chunks: Chunks, limit: usize, sender: PipeWriter<Bytes>) -> Outcome {
    let mut bytes = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(problem) => {
                drop(sender.send(Err(io::ErrorKind::UnexpectedEof.into())).await);
                return Outcome::Broken(problem);
            }
        };
        bytes += chunk.len();
        if bytes > limit {
            drop(sender.send(Err(io::Error::other("the file is too large"))).await);
            drop(sender);
            drain(chunks).await;
            return Outcome::TooLarge;
        }
        // Once the reader has given up, the rest is read all the same, to get the answer across.
        if !sender.is_closed() {
            drop(sender.send(Ok(chunk)).await);
        }
    }
    Outcome::Whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::io::Read;

    async fn run(
        chunks: Vec<Result<&'static str, Problem>>,
        limit: usize,
    ) -> (String, bool, Outcome) {
        let chunks = chunks.into_iter().map(|chunk| chunk.map(Bytes::from));
        let (mut reader, pump) = upload(stream::iter(chunks).boxed(), limit);
        let read = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            let whole = reader.read_to_string(&mut text).is_ok();
            (text, whole)
        });
        let (outcome, read) = tokio::join!(pump, read);
        let (text, whole) = read.unwrap();
        (text, whole, outcome)
    }

    #[tokio::test]
    async fn all_of_a_file_arrives() {
        let many = vec![Ok("ab"), Ok(""), Ok("c")].into_iter().cycle().take(60).collect();
        let (text, whole, outcome) = run(many, 60).await;
        assert_eq!((text, whole), ("abc".repeat(20), true));
        assert!(matches!(outcome, Outcome::Whole));
    }

    #[tokio::test]
    async fn half_a_file_is_not_a_whole_one() {
        let (_, whole, outcome) = run(vec![Ok("abc"), Ok("d")], 3).await;
        assert!(!whole && matches!(outcome, Outcome::TooLarge));
        let (_, whole, outcome) = run(vec![Ok("abc"), Err(Problem::malformed("cut"))], 9).await;
        assert!(!whole && matches!(outcome, Outcome::Broken(_)));
    }

    #[tokio::test]
    async fn what_is_too_much_is_not_read_for_ever() {
        let piece = Bytes::from(vec![0; 1 << 20]);
        let endless = stream::repeat_with(move || Ok(piece.clone())).boxed();
        let (mut reader, pump) = upload(endless, 9);
        let read = tokio::task::spawn_blocking(move || reader.read(&mut [0; 10]).is_ok());
        assert!(matches!(pump.await, Outcome::TooLarge));
        assert!(!read.await.unwrap());
    }

    #[tokio::test]
    async fn what_nobody_reads_any_more_is_read_to_its_end() {
        let chunks = stream::iter(std::iter::repeat_n(Ok(Bytes::from("x")), 100)).boxed();
        let (reader, pump) = upload(chunks, 1000);
        drop(reader);
        assert!(matches!(pump.await, Outcome::Whole));
    }
}
