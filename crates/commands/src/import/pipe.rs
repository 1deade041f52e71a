//! From chunks that arrive by and by to a reader that may block.

use std::io::{self, Read};

use tokio::sync::mpsc;

/// Chunks that wait for the reader.
const WAITING: usize = 8;

/// The end that is written to. When it is dropped, the file ends; an error ends it before its time.
pub type PipeWriter<B> = mpsc::Sender<io::Result<B>>;

/// The end that is read from, on a thread that may block. It fails where the writer did, so that
/// half a file is not taken for a whole.
pub struct PipeReader<B> {
    chunks: mpsc::Receiver<io::Result<B>>,
    at_hand: Option<B>,
    taken: usize,
}

/// Both ends.
pub fn pipe<B: AsRef<[u8]>>() -> (PipeWriter<B>, PipeReader<B>) {
    let (writer, chunks) = mpsc::channel(WAITING);
    (writer, PipeReader { chunks, at_hand: None, taken: 0 })
}

impl<B: AsRef<[u8]>> Read for PipeReader<B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self.at_hand.as_ref().and_then(|chunk| chunk.as_ref().get(self.taken..));
            if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                self.taken += count;
                return Ok(count);
            }
            self.taken = 0;
            self.at_hand = None;
            match self.chunks.blocking_recv() {
                Some(chunk) => self.at_hand = Some(chunk?),
                None => return Ok(0),
            }
        }
    }
}
