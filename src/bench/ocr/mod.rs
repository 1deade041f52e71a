//! Measures how well and how fast pictures are read: Docket's engines beside RapidOCR and the command line of
//! Tesseract, with the same pictures, drawn ones or those of a folder, from their files on, and the same number of
//! threads.

mod contestants;
mod set;

use std::path::PathBuf;

use ::ocr::{EngineName, Paddle, PaddleParts, Tesseract};
use anyhow::{Context, Result};

use self::contestants::{Run, Shape, command_line, docket, pool, rapidocr};
use self::set::{Sample, classes, pictures, rates};
use super::measure::median;

pub use self::set::Set;

/// What to measure, and with what.
pub struct OcrBench {
    /// Which pictures, one run for each.
    pub sets: Vec<Set>,
    /// How many pictures of each class are drawn.
    pub variants: u32,
    /// How often each contestant reads them, in turns.
    pub rounds: u32,
    /// How many threads each contestant has.
    pub threads: usize,
    /// What `paddle` is made of, as `scripts/ocr.sh` lays it out.
    pub parts: PathBuf,
    /// A Python that has `rapidocr-onnxruntime`; without it there is no comparison with it.
    pub python: Option<PathBuf>,
    /// Where drawn pictures are left; none for a temporary folder.
    pub folder: Option<PathBuf>,
    /// Which errors are told.
    pub detail: Detail,
}

/// Which errors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The mean of each class.
    Classes,
    /// Those of each picture too.
    Pictures,
}

/// What is tried of the command line: the writing and the layout (`--psm`).
const LANGUAGES: [&str; 4] = ["eng", "chi_sim", "chi_sim+eng", "eng+chi_sim"];
const LAYOUTS: [&str; 2] = ["3", "6"];

/// A contestant's results, one for each round.
struct Column {
    name: String,
    runs: Vec<Run>,
}

/// Measures, and prints what it found. Blocks.
///
/// # Errors
/// No fonts, engine or program to be had; any failure of one of them.
pub fn run(options: &OcrBench) -> Result<()> {
    println!("{} threads each, {} rounds", options.threads, options.rounds);
    for set in &options.sets {
        measure(options, set)?;
    }
    Ok(())
}

fn measure(options: &OcrBench, set: &Set) -> Result<()> {
    let temporary = tempfile::tempdir()?;
    let folder = match &options.folder {
        Some(folder) => folder.join(set.to_string().replace(' ', "-")),
        None => temporary.path().to_path_buf(),
    };
    std::fs::create_dir_all(&folder)?;
    let pictures = pictures(set, &folder, options.variants)?;
    let first = pictures.first().context("no pictures")?;
    let threads = options.threads;

    let parts = PaddleParts::in_folder(&options.parts);
    let paddle =
        pool(EngineName::Paddle, threads, move || Ok(Box::new(Paddle::load(&parts, 1)?)), first)?;
    let data = Tesseract::find_tessdata().context("tesseract's data are missing")?;
    let tesseract =
        pool(EngineName::Tesseract, threads, move || Ok(Box::new(Tesseract::load(&data)?)), first)?;
    let (language, layout) = best_setting(threads, &pictures)?;

    let mut columns: Vec<Column> = Vec::new();
    for _ in 0..options.rounds {
        // One right after the other, so that what else the machine does falls on all of them.
        let mut add = |name: String, run: Run| match columns.iter_mut().find(|c| c.name == name) {
            Some(column) => column.runs.push(run),
            None => columns.push(Column { name, runs: vec![run] }),
        };
        add("paddle".to_owned(), docket(&paddle, threads, &pictures)?);
        if let Some(python) = &options.python {
            for shape in [Shape::Threads, Shape::Processes] {
                let run = rapidocr(python, shape, threads, &pictures)?;
                let name = match shape {
                    Shape::Threads => "RapidOCR, one process",
                    Shape::Processes => "RapidOCR, one a thread",
                };
                add(name.to_owned(), run);
            }
        }
        add("tesseract".to_owned(), docket(&tesseract, threads, &pictures)?);
        let run = command_line(language, layout, threads, &pictures)?;
        add(format!("-l {language} --psm {layout}"), run);
    }
    print(options, set, &pictures, &columns);
    Ok(())
}

/// The setting of the command line that has the least errors over all classes.
fn best_setting(threads: usize, pictures: &[Sample]) -> Result<(&'static str, &'static str)> {
    let mut best = ((LANGUAGES[0], LAYOUTS[0]), f64::INFINITY);
    for language in LANGUAGES {
        for layout in LAYOUTS {
            let run = command_line(language, layout, threads, pictures)?;
            let sum: f64 = rates(pictures, &run.texts).iter().sum();
            if sum < best.1 {
                best = ((language, layout), sum);
            }
        }
    }
    Ok(best.0)
}

/// Character errors in percent by class, and pages a second by the clock and by what the cores did.
fn print(options: &OcrBench, set: &Set, pictures: &[Sample], columns: &[Column]) {
    println!("\n{set}: {} pictures, characters wrong, in %", pictures.len());
    print!("{:<24}", "");
    columns.iter().for_each(|column| print!(" {:>24}", column.name));
    println!();
    let rates: Vec<Vec<f64>> = columns
        .iter()
        .map(|column| {
            column.runs.first().map(|run| rates(pictures, &run.texts)).unwrap_or_default()
        })
        .collect();
    for (index, class) in classes(pictures).into_iter().enumerate() {
        print!("{class:<24}");
        for rates in &rates {
            print!(" {:>24.2}", 100.0 * rates.get(index).copied().unwrap_or(f64::NAN));
        }
        println!();
    }
    if options.detail == Detail::Pictures {
        for (index, picture) in pictures.iter().enumerate() {
            print!("{:<24}", picture.label());
            for run in columns.iter().filter_map(|column| column.runs.first()) {
                let text = run.texts.get(index).map_or("", String::as_str);
                print!(" {:>24.2}", 100.0 * picture.rate(text));
            }
            println!();
        }
    }
    type Speed = fn(&Run) -> f64;
    let speeds: [(&str, Speed); 2] =
        [("pages/s", Run::pages_per_second), ("pages/s of one core", Run::pages_per_cpu_second)];
    for (name, speed) in speeds {
        print!("{name:<24}");
        for column in columns {
            print!(" {:>24.2}", median(&mut column.runs.iter().map(speed).collect::<Vec<_>>()));
        }
        println!();
        let Some((paddle, others)) = columns.split_first() else { continue };
        print!("{:<24} {:>24}", "  paddle is so much faster", "");
        for other in others {
            // Of each round, as only what ran side by side can be compared.
            let pairs = paddle.runs.iter().zip(&other.runs);
            let mut ratios: Vec<f64> = pairs.map(|(a, b)| speed(a) / speed(b)).collect();
            print!(" {:>24.2}", median(&mut ratios));
        }
        println!();
    }
}
