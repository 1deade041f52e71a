//! The one that callers ask: the preferred engine if it works, and the other one if it does not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::{Breaker, EngineName, Fallback, Fault, OcrError, Options, Page, Picture, Pool};

/// An engine as a [`Reader`] holds it.
pub struct ReaderEngine {
    pool: Pool,
    breaker: Mutex<Breaker>,
}

impl ReaderEngine {
    /// `pool` behind `breaker`.
    pub fn new(pool: Pool, breaker: Breaker) -> Self {
        Self { pool, breaker: Mutex::new(breaker) }
    }

    /// The instances of the engine.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether the engine is left alone at present.
    pub fn is_open(&self) -> bool {
        self.breaker().is_open()
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, picture: &Arc<Picture>, options: &Options) -> Result<Page, OcrError> {
        let engine = self.pool.engine();
        if !self.breaker().admits(Instant::now()) {
            return Err(OcrError::BreakerOpen { engine });
        }
        let result = self.pool.read(picture, options);
        match &result {
            Ok(_) => self.breaker().succeeded(),
            // Whether that is the engine's fault, the others tell.
            Err(OcrError::TimedOut { .. }) => {}
            Err(error) if error.is_engine_fault() => {
                // Whoever reads instead does not say what is broken here. The breaker keeps this from being said often.
                tracing::warn!(%engine, %error, "an engine cannot read");
                self.failed();
            }
            Err(_) => {}
        }
        result
    }

    fn failed(&self) {
        self.breaker().failed(Instant::now());
    }
}

/// Reads pictures with the first of its engines that works.
pub struct Reader {
    engines: Vec<ReaderEngine>,
}

impl Reader {
    /// `engines`, the preferred one first.
    pub fn new(engines: Vec<ReaderEngine>) -> Self {
        Self { engines }
    }

    /// The engines, the preferred one first.
    pub fn engines(&self) -> &[ReaderEngine] {
        &self.engines
    }

    /// Reads `picture` as `options` say. If an engine does not work, the next one is asked, and the
    /// page says so; if an engine is asked for by name, only that one. Blocks for as long as the
    /// pools allow.
    ///
    /// What takes every engine too long speaks against the picture, and against no engine: a few such
    /// pictures must not keep all others from being read.
    ///
    /// # Errors
    ///
    /// If none could read it: that it took too long, where one had the time to find that out; else
    /// the first engine's error.
    pub fn read(&self, picture: &Arc<Picture>, options: &Options) -> Result<Page, OcrError> {
        let wanted = |engine: EngineName| options.engine.is_none_or(|name| name == engine);
        let mut first: Option<(EngineName, OcrError)> = None;
        let mut slow: Vec<(&ReaderEngine, OcrError)> = Vec::new();
        for engine in self.engines.iter().filter(|engine| wanted(engine.pool.engine())) {
            match engine.read(picture, options) {
                Ok(mut page) => {
                    slow.iter().for_each(|(engine, _)| engine.failed());
                    page.fallback = first.map(|(from, why)| Fallback {
                        from,
                        fault: why.fault().unwrap_or(Fault::Failed),
                        reason: why.to_string(),
                    });
                    return Ok(page);
                }
                Err(error @ OcrError::Picture(_)) => return Err(error),
                Err(error) => {
                    if matches!(error, OcrError::TimedOut { .. }) {
                        slow.push((engine, error.clone()));
                    }
                    first.get_or_insert((engine.pool.engine(), error));
                }
            }
        }
        if let [(engine, _)] = slow.as_slice() {
            engine.failed();
        }
        if let Some((_, took_too_long)) = slow.into_iter().next() {
            return Err(took_too_long);
        }
        Err(first.map_or(OcrError::NoEngine, |(_, error)| error))
    }
}
