//! What a job reads, where that is too large for its row: pieces, each sealed by itself.

use sha2::{Digest, Sha256};
use sqlx::Row;
use uuid::Uuid;

use crate::CommandError;
use crate::core::Commands;

/// Bytes of a piece.
const PIECE: usize = 1 << 20;

/// An input in the making. It is there once [`finish`](JobInput::finish) has returned; what was
/// begun and never finished is to be discarded, or is swept out after a day.
pub struct JobInput {
    commands: Commands,
    job: Uuid,
    pieces: i32,
    pending: Vec<u8>,
    bytes: u64,
    digest: Sha256,
}

impl Commands {
    /// Begins the input of a job that is not in its queue yet.
    pub fn begin_job_input(&self, job: Uuid) -> JobInput {
        JobInput {
            commands: self.clone(),
            job,
            pieces: 0,
            pending: Vec::new(),
            bytes: 0,
            digest: Sha256::new(),
        }
    }

    /// Removes the input of a job.
    ///
    /// # Errors
    /// The store's.
    pub async fn discard_job_input(&self, job: Uuid) -> Result<(), CommandError> {
        sqlx::query("delete from work.job_inputs where job_id = $1")
            .bind(job)
            .execute(self.store.pool())
            .await?;
        Ok(())
    }

    /// Reads the input of a job from its beginning.
    pub fn job_input(&self, job: Uuid) -> JobInputReader {
        JobInputReader { commands: self.clone(), job, next: 0 }
    }
}

impl JobInput {
    /// How many bytes it has so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds bytes at its end.
    ///
    /// # Errors
    /// The store's; then it is to be discarded.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
        self.pending.extend_from_slice(bytes);
        while self.pending.len() >= PIECE {
            let rest = self.pending.split_off(PIECE);
            let piece = std::mem::replace(&mut self.pending, rest);
            self.store(&piece).await?;
        }
        Ok(())
    }

    /// Completes it, and returns the keyed hash of all its bytes.
    ///
    /// # Errors
    /// The store's; then it is to be discarded.
    pub async fn finish(mut self) -> Result<[u8; 32], CommandError> {
        let rest = std::mem::take(&mut self.pending);
        if !rest.is_empty() {
            self.store(&rest).await?;
        }
        let digest = self.digest.finalize();
        Ok(self.commands.store.secrets().mac("job-input", &[digest.as_slice()]))
    }

    async fn store(&mut self, piece: &[u8]) -> Result<(), CommandError> {
        let nonce = self.commands.ambient().bytes();
        let context = context(self.job, self.pieces);
        let sealed = self.commands.store.secrets().seal_bytes(&borrowed(&context), nonce, piece)?;
        sqlx::query("insert into work.job_inputs (job_id, seq, bytes) values ($1, $2, $3)")
            .bind(self.job)
            .bind(self.pieces)
            .bind(sealed)
            .execute(self.commands.store.pool())
            .await?;
        self.pieces += 1;
        Ok(())
    }
}

/// The input of a job, piece by piece.
pub struct JobInputReader {
    commands: Commands,
    job: Uuid,
    next: i32,
}

impl JobInputReader {
    /// The next piece; none at the end.
    ///
    /// # Errors
    /// The store's.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, CommandError> {
        let row = sqlx::query("select bytes from work.job_inputs where job_id = $1 and seq = $2")
            .bind(self.job)
            .bind(self.next)
            .fetch_optional(self.commands.store.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.get(0);
        let context = context(self.job, self.next);
        self.next += 1;
        Ok(Some(self.commands.store.secrets().open_bytes(&borrowed(&context), &sealed)?))
    }
}

/// What a piece is sealed for: it opens as this piece of this job only.
fn context(job: Uuid, seq: i32) -> [Vec<u8>; 3] {
    [b"job-input".to_vec(), job.as_bytes().to_vec(), seq.to_be_bytes().to_vec()]
}

fn borrowed(context: &[Vec<u8>; 3]) -> [&[u8]; 3] {
    context.each_ref().map(Vec::as_slice)
}
