//! An engine that reads what it is told to.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ocr::{
    BoundingBox, Breaker, Confidence, Engine, EngineName, Line, OcrError, Options, Page, Picture,
    Pool, Reader, ReaderEngine, Word,
};
use workers::files::{ReadingLimits, TextReader};

/// What it does with a picture.
#[derive(Debug, Clone)]
pub enum Mood {
    /// Finds these lines.
    Reads(String),
    /// Fails.
    Fails,
    /// Does not come to an end before it is told to do something else, and then fails.
    Hangs,
}

/// An engine in the hands of the test. Clones are one.
#[derive(Clone)]
pub struct FakeEngine(Arc<(Mutex<State>, Condvar)>);

struct State {
    mood: Mood,
    asked: usize,
}

impl FakeEngine {
    pub fn new(mood: Mood) -> Self {
        Self(Arc::new((Mutex::new(State { mood, asked: 0 }), Condvar::new())))
    }

    pub fn turn(&self, mood: Mood) {
        self.0.0.lock().unwrap().mood = mood;
        self.0.1.notify_all();
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.0.0.lock().unwrap().asked
    }

    /// A reader with this engine alone, which may hang for so long.
    pub fn reader(&self, timeout: Duration) -> TextReader {
        let engine = self.clone();
        let make = move || Ok(Box::new(engine.clone()) as Box<dyn Engine>);
        let pool = Pool::new(EngineName::Paddle, 2, timeout, make);
        let breaker = Breaker::new(1000, Duration::ZERO);
        let engines = Reader::new(vec![ReaderEngine::new(pool, breaker)]);
        TextReader::with(engines, 2, ReadingLimits::default())
    }
}

impl Engine for FakeEngine {
    fn read(&self, picture: &Picture, _: &Options) -> Result<Page, OcrError> {
        let (state, turned) = &*self.0;
        let mut state = state.lock().unwrap();
        state.asked += 1;
        loop {
            match &state.mood {
                Mood::Reads(text) => return Ok(page(picture, text)),
                Mood::Fails => {
                    let reason = "out of order".to_owned();
                    return Err(OcrError::Failed { engine: EngineName::Paddle, reason });
                }
                Mood::Hangs => state = turned.wait(state).unwrap(),
            }
        }
    }
}

fn page(picture: &Picture, text: &str) -> Page {
    let (width, height) = picture.stored_size();
    let bbox = BoundingBox { x: 1, y: 2, width: 3, height: 4 };
    let confidence = Confidence::new(0.9);
    let lines = text.lines().map(|text| Line {
        text: text.to_owned(),
        confidence,
        bbox,
        words: vec![Word { text: text.to_owned(), confidence, bbox }],
    });
    Page {
        engine: EngineName::Paddle,
        engine_version: "1".to_owned(),
        model: "fake".to_owned(),
        language: "en".to_owned(),
        mean_confidence: confidence,
        width,
        height,
        rotation: 0,
        duration_ms: 7,
        fallback: None,
        lines: lines.collect(),
    }
}
