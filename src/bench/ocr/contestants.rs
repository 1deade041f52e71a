//! Who reads: Docket's engines in this process, and other programs beside them.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ::ocr::{Engine, EngineName, Limits, OcrError, Options, Picture, Pool};
use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;

use super::set::Sample;

/// What a contestant read, and what it took.
pub(super) struct Run {
    /// One for each picture.
    pub(super) texts: Vec<String>,
    pub(super) wall: Duration,
    /// Of all cores; none where it cannot be told.
    pub(super) cpu: Option<Duration>,
}

impl Run {
    pub(super) fn pages_per_second(&self) -> f64 {
        self.texts.len() as f64 / self.wall.as_secs_f64()
    }

    pub(super) fn pages_per_cpu_second(&self) -> f64 {
        self.cpu.map_or(f64::NAN, |cpu| self.texts.len() as f64 / cpu.as_secs_f64())
    }
}

/// How RapidOCR uses its threads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// One process has them all, as it comes.
    Threads,
    /// A process for each.
    Processes,
}

impl Shape {
    fn as_str(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Processes => "processes",
        }
    }
}

/// An engine of Docket's: as many instances as `threads`, loaded before the clock runs.
pub(super) fn pool(
    name: EngineName,
    threads: usize,
    make: impl Fn() -> Result<Box<dyn Engine>, OcrError> + Send + Sync + 'static,
    first: &Sample,
) -> Result<Pool> {
    let pool = Pool::new(name, threads, Duration::from_secs(300), make);
    let picture = Arc::new(Picture::decode(&std::fs::read(&first.file)?, &Limits::default())?);
    // At the same time, so that each has to be loaded.
    std::thread::scope(|scope| {
        let loads: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| pool.read(&picture, &Options::default())))
            .collect();
        for load in loads {
            load.join().map_err(|_| anyhow!("{name} panicked"))??;
        }
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(pool)
}

/// Reads all pictures with `pool`, from the files on, with as many callers as `threads`.
pub(super) fn docket(pool: &Pool, threads: usize, pictures: &[Sample]) -> Result<Run> {
    together(threads, pictures, |sample| {
        let read = || -> Result<String> {
            let picture = Picture::decode(&std::fs::read(&sample.file)?, &Limits::default())?;
            Ok(pool.read(&Arc::new(picture), &Options::default())?.text())
        };
        read().with_context(|| sample.file.display().to_string())
    })
}

/// Reads all pictures with the command `tesseract`, a process for each, `threads` at a time.
pub(super) fn command_line(
    language: &str,
    layout: &str,
    threads: usize,
    pictures: &[Sample],
) -> Result<Run> {
    together(threads, pictures, |sample| {
        let done = Command::new("tesseract")
            .arg(&sample.file)
            .args(["stdout", "-l", language, "--psm", layout])
            .env("OMP_THREAD_LIMIT", "1")
            .stderr(Stdio::null())
            .output()
            .context("tesseract cannot be started")?;
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    })
}

/// Reads all pictures with RapidOCR, which `python` has.
pub(super) fn rapidocr(
    python: &Path,
    shape: Shape,
    threads: usize,
    pictures: &[Sample],
) -> Result<Run> {
    #[derive(Deserialize)]
    struct Said {
        seconds: f64,
        cpu: f64,
        texts: HashMap<String, String>,
    }
    // A file and not `-c`: processes that it starts load it again.
    let folder = tempfile::tempdir()?;
    let (script, list) = (folder.path().join("rapidocr.py"), folder.path().join("pictures.json"));
    std::fs::write(&script, include_str!("rapidocr.py"))?;
    let files: Vec<&Path> = pictures.iter().map(|sample| &*sample.file).collect();
    std::fs::write(&list, serde_json::to_vec(&files)?)?;
    let done = Command::new(python)
        .arg(script)
        .arg(list)
        .args([&threads.to_string(), shape.as_str()])
        .output()
        .with_context(|| format!("{} cannot be started", python.display()))?;
    ensure!(done.status.success(), "RapidOCR: {}", String::from_utf8_lossy(&done.stderr));
    let mut said: Said = serde_json::from_slice(&done.stdout).context("RapidOCR's answer")?;
    let mut text = |sample: &Sample| {
        let file = sample.file.to_string_lossy();
        said.texts.remove(&*file).with_context(|| format!("RapidOCR left {file} out"))
    };
    let texts = pictures.iter().map(&mut text).collect::<Result<_>>()?;
    Ok(Run {
        texts,
        wall: Duration::from_secs_f64(said.seconds),
        cpu: Some(Duration::from_secs_f64(said.cpu)),
    })
}

/// Has `threads` threads read the pictures, each the next one that is left.
fn together(
    threads: usize,
    pictures: &[Sample],
    read: impl Fn(&Sample) -> Result<String> + Sync,
) -> Result<Run> {
    let next = AtomicUsize::new(0);
    let (cpu, began) = (cpu_time(), Instant::now());
    let mut texts = vec![String::new(); pictures.len()];
    let done: Vec<(usize, String)> = std::thread::scope(|scope| {
        let work = || -> Result<Vec<(usize, String)>> {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(sample) = pictures.get(index) else { return Ok(done) };
                done.push((index, read(sample)?));
            }
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| anyhow!("a reading thread panicked"))??);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    let wall = began.elapsed();
    let cpu = cpu.zip(cpu_time()).map(|(before, after)| after.saturating_sub(before));
    for (index, text) in done {
        if let Some(place) = texts.get_mut(index) {
            *place = text;
        }
    }
    Ok(Run { texts, wall, cpu })
}

/// What this process and the children it has waited for have used of all cores.
fn cpu_time() -> Option<Duration> {
    // Times come in hundredths of a second on every Linux there is; the name before them may hold
    // spaces and ends at the last bracket.
    let line = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}
