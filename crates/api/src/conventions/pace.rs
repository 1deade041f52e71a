//! How slowly a body may come. Whoever sends one holds a place among few, so nobody may hold it for ever: neither by
//! falling silent nor by sending a byte now and then.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep};

use super::form::Chunks;

/// What is asked of who sends a body. Only the time that is spent waiting for them counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// So much has to come, or the end of it,
    pub(crate) bytes: usize,
    /// in so much waiting.
    pub(crate) within: Duration,
    /// The longest that is waited in all: less than what nobody refers to yet is kept for.
    pub(crate) in_all: Duration,
}

impl Pace {
    /// 64 KiB in a minute, which the worst of networks in the field manage, and three quarters of an hour in all.
    pub(crate) const SLOWEST: Self = Self {
        bytes: 64 << 10,
        within: Duration::from_secs(60),
        in_all: Duration::from_secs(45 * 60),
    };
}

/// Why there will be no more of a body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    /// It broke off.
    #[error("the body could not be read to its end")]
    CutShort,
    /// Nobody waits for the rest.
    #[error("the body came too slowly")]
    TooSlow,
}

/// A body that comes at a pace, or is given up.
pub(crate) struct AtPace {
    chunks: Chunks,
    pace: Pace,
    /// Bytes of the present stretch, what was waited in it, and what was waited in all before it.
    came: usize,
    waited: Duration,
    before: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    is_over: bool,
}

impl AtPace {
    pub(crate) fn new(chunks: Chunks, pace: Pace) -> Self {
        let (waited, before) = (Duration::ZERO, Duration::ZERO);
        Self { chunks, pace, came: 0, waited, before, waiting: None, is_over: false }
    }

    fn left(&self) -> Duration {
        let of_all = self.pace.in_all.saturating_sub(self.before);
        self.pace.within.min(of_all).saturating_sub(self.waited)
    }

    fn note(&mut self, length: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.waited += since.elapsed();
        }
        self.came = self.came.saturating_add(length);
        if self.came >= self.pace.bytes {
            self.before += self.waited;
            (self.came, self.waited) = (0, Duration::ZERO);
        }
    }
}

impl Stream for AtPace {
    type Item = Result<Bytes, Stopped>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        if let Poll::Ready(chunk) = this.chunks.poll_next_unpin(context) {
            let length = chunk.as_ref().map_or(0, |chunk| chunk.as_ref().map_or(0, Bytes::len));
            this.note(length);
            return Poll::Ready(chunk.map(|chunk| chunk.map_err(|_| Stopped::CutShort)));
        }
        let left = this.left();
        let (_, patience) =
            this.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        match patience.as_mut().poll(context) {
            Poll::Ready(()) => {
                this.is_over = true;
                Poll::Ready(Some(Err(Stopped::TooSlow)))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    // Long beside the moments for which a busy machine forgets one.
    const PACE: Pace =
        Pace { bytes: 100, within: Duration::from_secs(3), in_all: Duration::from_secs(6) };

    /// Pieces, each after so many milliseconds.
    fn body(pieces: Vec<(u64, usize)>) -> Chunks {
        let piece = |(after, length)| async move {
            sleep(Duration::from_millis(after)).await;
            Ok(Bytes::from(vec![0; length]))
        };
        stream::iter(pieces).then(piece).boxed()
    }

    /// How much came, and whether it was all.
    async fn came(chunks: Chunks) -> (usize, bool) {
        let (mut bytes, mut body) = (0, AtPace::new(chunks, PACE));
        while let Some(chunk) = body.next().await {
            match chunk {
                Ok(chunk) => bytes += chunk.len(),
                Err(stopped) => {
                    assert!(matches!(stopped, Stopped::TooSlow));
                    assert!(body.next().await.is_none());
                    return (bytes, false);
                }
            }
        }
        (bytes, true)
    }

    #[tokio::test]
    async fn what_comes_is_waited_for_and_silence_is_not() {
        assert_eq!(came(body(vec![(0, 10), (50, 10), (50, 1000)])).await, (1020, true));
        let stops = body(vec![(0, 10)]).chain(stream::pending()).boxed();
        let (stopped, silent) = tokio::join!(came(stops), came(stream::pending().boxed()));
        assert_eq!((stopped, silent), ((10, false), (0, false)));
    }

    #[tokio::test]
    async fn a_byte_now_and_then_is_as_good_as_silence() {
        let (bytes, whole) = came(body(vec![(100, 1); 100])).await;
        assert!(bytes < 40 && !whole, "{bytes}");
    }

    #[tokio::test]
    async fn nobody_is_waited_for_for_ever() {
        let (bytes, whole) = came(body(vec![(600, 100); 100])).await;
        assert!((300..1000).contains(&bytes) && !whole, "{bytes}");
    }

    #[tokio::test]
    async fn the_time_that_we_take_ourselves_does_not_count() {
        let mut body = AtPace::new(body(vec![(1, 10); 4]), PACE);
        while let Some(chunk) = body.next().await {
            assert!(chunk.is_ok());
            sleep(Duration::from_secs(1)).await;
        }
    }
}
