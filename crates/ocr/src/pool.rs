//! Instances of an engine, each on a thread of its own, reused from picture to picture.
//!
//! An engine is native code that cannot be stopped from outside: neither ONNX Runtime through
//! `oar-ocr` nor Tesseract through `tesseract-rs` takes a deadline. So whoever waits stops waiting
//! when the time is up, and the thread is left to itself: it ends when the engine returns, and until
//! then is counted as hung. What it can cost is bounded: no more than [`Pool::new`]'s `instances`
//! may hang at one time, after which the pool refuses pictures until one returns. [`crate::Limits`]
//! bounds what one picture can ask for, so that in practice a hung thread does return. A process
//! that shall survive native code that never returns, or that crashes, runs OCR in a process of its
//! own (its own worker role), which is restarted when [`PoolState::hung`] stays up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Engine, EngineName, OcrError, Options, Page, Picture};

type Make = dyn Fn() -> Result<Box<dyn Engine>, OcrError> + Send + Sync;
type Answer = Result<Page, OcrError>;

/// Up to a number of instances of one engine.
pub struct Pool {
    engine: EngineName,
    make: Arc<Make>,
    instances: usize,
    timeout: Duration,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Sender<Work>>,
    busy: usize,
    hung: usize,
}

struct Work {
    picture: Arc<Picture>,
    options: Options,
    answer: Sender<Answer>,
}

/// How many instances do what, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolState {
    /// Loaded and waiting.
    pub idle: usize,
    /// Reading a picture, or loading for it.
    pub busy: usize,
    /// Given up on, and not back yet.
    pub hung: usize,
}

impl Pool {
    /// A pool of at most `instances` (at least one) made by `make`, which is called on the thread
    /// that will use the engine, when it is first needed. A picture gets `timeout` to wait for an
    /// instance and as much again to be read.
    pub fn new(
        engine: EngineName,
        instances: usize,
        timeout: Duration,
        make: impl Fn() -> Result<Box<dyn Engine>, OcrError> + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared { state: Mutex::default(), freed: Condvar::new() };
        Self {
            engine,
            make: Arc::new(make),
            instances: instances.max(1),
            timeout,
            shared: Arc::new(shared),
        }
    }

    /// Which engine this is a pool of.
    pub fn engine(&self) -> EngineName {
        self.engine
    }

    /// What the instances do at this moment.
    pub fn state(&self) -> PoolState {
        let state = self.shared.lock();
        PoolState { idle: state.idle.len(), busy: state.busy, hung: state.hung }
    }

    /// Reads `picture` on an instance.
    ///
    /// # Errors
    ///
    /// [`OcrError::Busy`] if no instance became free in time, [`OcrError::TimedOut`] if it did not
    /// finish in time, and whatever the engine says.
    pub fn read(&self, picture: &Arc<Picture>, options: &Options) -> Result<Page, OcrError> {
        let idle = self.take()?;
        let (sender, answer) = channel();
        let work = Work { picture: Arc::clone(picture), options: options.clone(), answer: sender };
        let lost = || self.failed("its thread ended");
        let instance = match idle {
            Some(instance) => Ok(instance),
            None => self.start(),
        };
        let sent = instance
            .and_then(|instance| instance.send(work).map(|()| instance).map_err(|_| lost()));
        let instance = match sent {
            Ok(instance) => instance,
            Err(error) => {
                self.give_back(None);
                return Err(error);
            }
        };
        match answer.recv_timeout(self.timeout) {
            Ok(result) => {
                // An instance that failed starts anew rather than in whatever state it is in.
                self.give_back(result.is_ok().then_some(instance));
                result
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.give_back(None);
                Err(lost())
            }
            Err(RecvTimeoutError::Timeout) => {
                let mut state = self.shared.lock();
                state.busy -= 1;
                state.hung += 1;
                drop(state);
                self.shared.mourn(instance, answer);
                Err(OcrError::TimedOut { engine: self.engine, after: self.timeout })
            }
        }
    }

    /// An idle instance, or leave to start one.
    fn take(&self) -> Result<Option<Sender<Work>>, OcrError> {
        let until = Instant::now() + self.timeout;
        let mut state = self.shared.lock();
        loop {
            if let Some(instance) = state.idle.pop() {
                state.busy += 1;
                return Ok(Some(instance));
            }
            // Hung ones take a core each, so that new ones in their place would only make it worse
            // for ever: the pool may double, and then waits.
            if state.busy < self.instances && state.hung < self.instances {
                state.busy += 1;
                return Ok(None);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(OcrError::Busy { engine: self.engine });
            }
            let waited = self.shared.freed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn start(&self) -> Result<Sender<Work>, OcrError> {
        let (instance, work) = channel();
        let (make, engine) = (Arc::clone(&self.make), self.engine);
        std::thread::Builder::new()
            .name(format!("ocr-{engine}"))
            .spawn(move || serve(engine, &*make, &work))
            .map(|_| instance)
            .map_err(|error| self.failed(&error.to_string()))
    }

    fn give_back(&self, instance: Option<Sender<Work>>) {
        let mut state = self.shared.lock();
        state.busy -= 1;
        state.idle.extend(instance);
        drop(state);
        self.shared.freed.notify_one();
    }

    fn failed(&self, reason: &str) -> OcrError {
        OcrError::Failed { engine: self.engine, reason: reason.to_owned() }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a hung instance until its late answer comes or its thread ends, and lets it go then.
    fn mourn(self: &Arc<Self>, instance: Sender<Work>, answer: Receiver<Answer>) {
        let shared = Arc::clone(self);
        let waits = std::thread::Builder::new().name("ocr-hung".into()).spawn(move || {
            let _late = answer.recv();
            drop(instance);
            shared.lock().hung -= 1;
            shared.freed.notify_one();
        });
        if waits.is_err() {
            tracing::warn!("no thread to watch a hung OCR engine with: it stays counted as hung");
        }
    }
}

/// The life of an instance: loads its engine with the first picture, and ends when it is let go.
fn serve(engine: EngineName, make: &Make, work: &Receiver<Work>) {
    let mut loaded: Option<Box<dyn Engine>> = None;
    while let Ok(Work { picture, options, answer }) = work.recv() {
        let read = catch_unwind(AssertUnwindSafe(|| {
            if loaded.is_none() {
                loaded = Some(make()?);
            }
            match &loaded {
                Some(engine) => engine.read(&picture, &options),
                None => Err(OcrError::NoEngine),
            }
        }));
        let result = read
            .unwrap_or_else(|_| Err(OcrError::Failed { engine, reason: "it panicked".to_owned() }));
        let failed = result.is_err();
        // Nobody listens any more if it took too long.
        let unheard = answer.send(result).is_err();
        if failed || unheard {
            return;
        }
    }
}
