//! Engines that fail, hang or panic, and what the reader makes of it.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use image::RgbImage;
use ocr::{
    Breaker, Confidence, Engine, EngineName, OcrError, Options, Page, Picture, Pool, PoolState,
    Reader, ReaderEngine,
};

/// Longer than any test takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(600);
/// What is waited out by those who wait for an engine that the test holds.
const SHORT: Duration = Duration::from_millis(50);

/// An engine that does what its closure does.
struct Acting<F>(F);

impl<F: Fn() -> Result<Page, OcrError>> Engine for Acting<F> {
    fn read(&self, _: &Picture, _: &Options) -> Result<Page, OcrError> {
        (self.0)()
    }
}

fn page(engine: EngineName) -> Page {
    Page {
        engine,
        engine_version: "1".into(),
        model: "m".into(),
        language: "und".into(),
        mean_confidence: Confidence::new(0.0),
        width: 1,
        height: 1,
        rotation: 0,
        duration_ms: 0,
        fallback: None,
        lines: vec![],
    }
}

fn picture() -> Arc<Picture> {
    Arc::new(Picture::from_pixels(RgbImage::new(1, 1)))
}

fn pool<F>(engine: EngineName, timeout: Duration, act: F) -> Pool
where
    F: Fn() -> Result<Page, OcrError> + Send + Sync + Clone + 'static,
{
    Pool::new(engine, 1, timeout, move || Ok(Box::new(Acting(act.clone()))))
}

fn behind_breaker(pool: Pool) -> ReaderEngine {
    ReaderEngine::new(pool, Breaker::new(2, LONG))
}

#[test]
fn an_instance_is_made_once_and_reused() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let pool = Pool::new(EngineName::Paddle, 2, LONG, move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Acting(|| Ok(page(EngineName::Paddle)))))
    });
    for _ in 0..5 {
        pool.read(&picture(), &Options::default()).unwrap();
    }
    assert_eq!(made.load(Ordering::SeqCst), 1);
    assert_eq!(pool.state(), PoolState { idle: 1, busy: 0, hung: 0 });
}

#[test]
fn a_failing_engine_is_replaced_by_the_other_which_says_so_until_it_is_not_asked_any_more() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let broken = pool(EngineName::Paddle, LONG, move || {
        count.fetch_add(1, Ordering::SeqCst);
        Err(OcrError::Failed { engine: EngineName::Paddle, reason: "no".into() })
    });
    let works = pool(EngineName::Tesseract, LONG, || Ok(page(EngineName::Tesseract)));
    let reader = Reader::new(vec![behind_breaker(broken), behind_breaker(works)]);
    for _ in 0..4 {
        let page = reader.read(&picture(), &Options::default()).unwrap();
        assert_eq!(page.engine, EngineName::Tesseract);
        assert_eq!(page.fallback.unwrap().from, EngineName::Paddle);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2, "the breaker is open after two failures");
    assert!(reader.engines()[0].is_open() && !reader.engines()[1].is_open());
    let only = Options { engine: Some(EngineName::Paddle), ..Options::default() };
    let error = reader.read(&picture(), &only).unwrap_err();
    assert_eq!(error, OcrError::BreakerOpen { engine: EngineName::Paddle });
}

#[test]
fn a_panic_is_a_failure_and_the_next_picture_gets_a_new_instance() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let pool = pool(EngineName::Paddle, LONG, move || {
        assert_ne!(count.fetch_add(1, Ordering::SeqCst), 0, "the first one panics");
        Ok(page(EngineName::Paddle))
    });
    let error = pool.read(&picture(), &Options::default()).unwrap_err();
    assert!(matches!(error, OcrError::Failed { .. }) && error.is_engine_fault());
    assert!(pool.read(&picture(), &Options::default()).is_ok());
}

/// An engine that does not come back before it is let go, once for each time.
fn held(engine: EngineName) -> (Pool, Sender<()>) {
    let (release, held): (Sender<()>, Receiver<()>) = channel();
    let held = Arc::new(Mutex::new(held));
    let pool = pool(engine, SHORT, move || {
        held.lock().unwrap().recv().ok();
        Ok(page(engine))
    });
    (pool, release)
}

/// Waits until nothing hangs any more.
fn until_back(reader: &Reader) {
    let begun = Instant::now();
    while reader.engines().iter().any(|engine| engine.pool().state().hung > 0) {
        assert!(begun.elapsed() < LONG, "it does not come back");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_hung_engine_blocks_nobody_for_ever_and_is_taken_back_when_it_returns() {
    let (hangs, release) = held(EngineName::Paddle);
    let works = pool(EngineName::Tesseract, LONG, || Ok(page(EngineName::Tesseract)));
    let reader = Reader::new(vec![behind_breaker(hangs), behind_breaker(works)]);
    let page = reader.read(&picture(), &Options::default()).unwrap();
    assert_eq!(page.engine, EngineName::Tesseract);
    assert!(page.fallback.unwrap().reason.contains("did not finish"));
    let hung = reader.engines()[0].pool();
    assert_eq!(hung.state().hung, 1);
    // One may hang: a second instance would hang as well, and is not made.
    let busy = hung.read(&picture(), &Options::default()).unwrap_err();
    assert_eq!(busy, OcrError::Busy { engine: EngineName::Paddle });
    // From now on it comes back at once, or as soon as it gets a processor.
    drop(release);
    let begun = Instant::now();
    while hung.read(&picture(), &Options::default()).is_err() {
        assert!(begun.elapsed() < LONG, "it is not taken back");
    }
}

#[test]
fn pictures_that_take_every_engine_too_long_speak_against_no_engine() {
    let [(one, first), (two, second)] = [EngineName::Paddle, EngineName::Tesseract].map(held);
    let reader = Reader::new([one, two].map(behind_breaker).into());
    for _ in 0..4 {
        let error = reader.read(&picture(), &Options::default()).unwrap_err();
        assert!(matches!(error, OcrError::TimedOut { .. }), "{error}");
        first.send(()).unwrap();
        second.send(()).unwrap();
        until_back(&reader);
    }
    assert!(!reader.engines().iter().any(ReaderEngine::is_open));
}

#[test]
fn pictures_that_take_one_engine_too_long_speak_against_it() {
    // Another engine reads them in time, or there is no other one to ask.
    let works = pool(EngineName::Tesseract, LONG, || Ok(page(EngineName::Tesseract)));
    let only = Options { engine: Some(EngineName::Paddle), ..Options::default() };
    for (others, options) in [(vec![works], Options::default()), (vec![], only)] {
        let (hangs, release) = held(EngineName::Paddle);
        let engines = [hangs].into_iter().chain(others).map(behind_breaker);
        let reader = Reader::new(engines.collect());
        for failures in 0..2 {
            assert!(!reader.engines()[0].is_open(), "after {failures}");
            drop(reader.read(&picture(), &options));
            release.send(()).unwrap();
            until_back(&reader);
        }
        assert!(reader.engines()[0].is_open());
    }
}

#[test]
fn a_picture_that_takes_too_long_is_told_so_though_the_other_engine_is_left_alone() {
    let broken = pool(EngineName::Paddle, LONG, || {
        Err(OcrError::Failed { engine: EngineName::Paddle, reason: "no".into() })
    });
    let broken = ReaderEngine::new(broken, Breaker::new(1, LONG));
    let (slow, release) = held(EngineName::Tesseract);
    let reader = Reader::new(vec![broken, behind_breaker(slow)]);
    for _ in 0..2 {
        let error = reader.read(&picture(), &Options::default()).unwrap_err();
        assert!(matches!(error, OcrError::TimedOut { .. }), "{error}");
        assert!(reader.engines()[0].is_open());
        release.send(()).unwrap();
        until_back(&reader);
    }
}
