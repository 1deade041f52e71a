//! Measures the engines on drawn pictures, beside other programs with the same pictures.
//!
//!     cargo run --release -p ocr --features specimens --example read -- bench PARTS [FOLDER]
//!     cargo run --release -p ocr --features specimens --example read -- unseen PARTS ENGINE SEED COUNT
//!     cargo run --release -p ocr --features specimens --example read -- page PARTS PICTURE
//!
//!     cargo run --release -p ocr --features specimens --example read -- folder PARTS ENGINE FOLDER [WITHIN]
//!
//! `folder` reads the pictures below FOLDER that have their text beside them (NAME.jpg, NAME.txt), with WITHIN those
//! whose path has it in it, and prints what was read wrongly. `class` prints what was read wrongly in one class, and `unseen` the same of COUNT pictures of each class in the set
//! of SEED, by ENGINE; `unseen ... CLASS` of that class only. `bench` prints character errors by class and pages per
//! second, and with FOLDER writes each picture (`CLASS-N.png`) and its text (`CLASS-N.txt`) there first. `score FOLDER
//! SUFFIX` then scores what another program read, `CLASS-N.SUFFIX`, by the same measure.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ocr::specimens::{Class, Fonts, Specimen, character_error_rate, draw, draw_unseen};
use ocr::{EngineName, Options, Paddle, PaddleParts, Picture, Pool};

const VARIANTS: u32 = 4;
type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["bench", parts] => bench(Path::new(parts), None),
        ["bench", parts, folder] => bench(Path::new(parts), Some(Path::new(folder))),
        ["score", folder, suffix] => score(Path::new(folder), suffix),
        ["class", parts, class] => one_class(Path::new(parts), class),
        ["unseen", parts, engine, seed, count] => {
            unseen(Path::new(parts), engine, seed.parse()?, count.parse()?, None)
        }
        ["unseen", parts, engine, seed, count, class] => {
            unseen(Path::new(parts), engine, seed.parse()?, count.parse()?, Some(class))
        }
        ["folder", parts, engine, folder] => files(Path::new(parts), engine, folder, ""),
        ["folder", parts, engine, folder, within] => {
            files(Path::new(parts), engine, folder, within)
        }
        ["page", parts, picture] => page(Path::new(parts), Path::new(picture)),
        _ => Err(
            "bench PARTS [FOLDER] | score FOLDER SUFFIX | class PARTS CLASS | unseen PARTS ENGINE SEED COUNT [CLASS] \
             | folder PARTS ENGINE FOLDER [WITHIN] | page PARTS PICTURE"
                .into(),
        ),
    }
}

fn specimens() -> Fallible<Vec<Specimen>> {
    let fonts = Fonts::noto().ok_or("the Noto fonts are missing")?;
    let all = Class::ALL.into_iter().flat_map(|class| (0..VARIANTS).map(move |n| (class, n)));
    Ok(all.map(|(class, variant)| draw(&fonts, class, variant)).collect())
}

fn named(index: usize, class: Class, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}-{}.{suffix}", class.name(), index % VARIANTS as usize))
}

fn bench(parts: &Path, folder: Option<&Path>) -> Fallible<()> {
    let specimens = specimens()?;
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder)?;
        for (index, specimen) in specimens.iter().enumerate() {
            specimen.pixels.save(folder.join(named(index, specimen.class, "png")))?;
            std::fs::write(folder.join(named(index, specimen.class, "txt")), &specimen.text)?;
        }
    }
    let cores = std::thread::available_parallelism()?.get();
    let parts = PaddleParts::in_folder(parts);
    let single = parts.clone();
    let time = Duration::from_secs(120);
    let paddle = move |threads: usize, parts: PaddleParts| {
        move || {
            let engine: Box<dyn ocr::Engine> = Box::new(Paddle::load(&parts, threads)?);
            Ok(engine)
        }
    };
    run(
        "paddle, one instance",
        &specimens,
        1,
        &Pool::new(EngineName::Paddle, 1, time, paddle(cores, single)),
    )?;
    run(
        "paddle, an instance a core",
        &specimens,
        cores,
        &Pool::new(EngineName::Paddle, cores, time, paddle(1, parts)),
    )?;
    #[cfg(feature = "tesseract")]
    if let Some(data) = ocr::Tesseract::find_tessdata() {
        let make = move || {
            let engine: Box<dyn ocr::Engine> = Box::new(ocr::Tesseract::load(&data)?);
            Ok(engine)
        };
        run(
            "tesseract, an instance a core",
            &specimens,
            cores,
            &Pool::new(EngineName::Tesseract, cores, time, make),
        )?;
    }
    Ok(())
}

fn run(name: &str, specimens: &[Specimen], callers: usize, pool: &Pool) -> Fallible<()> {
    let pictures: Vec<Arc<Picture>> =
        specimens.iter().map(|s| Arc::new(Picture::from_pixels(s.pixels.clone()))).collect();
    let options = Options::default();
    // Loading is not reading.
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| pool.read(&pictures[0], &options));
        }
    });
    let next = std::sync::atomic::AtomicUsize::new(0);
    let started = Instant::now();
    let mut rates = vec![1.0; pictures.len()];
    let results: Vec<(usize, f64)> = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(picture) = pictures.get(index) else { return done };
                let text = match pool.read(picture, &options) {
                    Ok(page) => page.text(),
                    Err(error) => {
                        eprintln!("{name}: {error}");
                        String::new()
                    }
                };
                done.push((index, character_error_rate(&specimens[index].text, &text)));
            }
        };
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    let seconds = started.elapsed().as_secs_f64();
    for (index, rate) in results {
        rates[index] = rate;
    }
    print(name, &rates);
    println!("  {:.2} pages/s", pictures.len() as f64 / seconds);
    Ok(())
}

fn score(folder: &Path, suffix: &str) -> Fallible<()> {
    let mut rates = Vec::new();
    for (index, specimen) in specimens()?.iter().enumerate() {
        let read = std::fs::read_to_string(folder.join(named(index, specimen.class, suffix)));
        rates.push(character_error_rate(&specimen.text, &read.unwrap_or_default()));
    }
    print(suffix, &rates);
    Ok(())
}

fn print(name: &str, rates: &[f64]) {
    println!("{name}");
    for (class, rates) in Class::ALL.iter().zip(rates.chunks(VARIANTS as usize)) {
        let mean = 100.0 * rates.iter().sum::<f64>() / rates.len() as f64;
        println!("  {:12} {mean:6.2} %", class.name());
    }
}

fn one_class(parts: &Path, class: &str) -> Fallible<()> {
    let paddle = Paddle::load(&PaddleParts::in_folder(parts), 2)?;
    let mut engines: Vec<Box<dyn ocr::Engine>> = vec![Box::new(paddle)];
    #[cfg(feature = "tesseract")]
    if let Some(data) = ocr::Tesseract::find_tessdata() {
        engines.push(Box::new(ocr::Tesseract::load(&data)?));
    }
    for specimen in specimens()?.into_iter().filter(|s| s.class.name() == class) {
        let picture = Picture::from_pixels(specimen.pixels);
        for engine in &engines {
            let page = engine.read(&picture, &Options::default())?;
            let rate = 100.0 * character_error_rate(&specimen.text, &page.text());
            let (sure, turn) = (page.mean_confidence.value(), page.rotation);
            println!("{} {rate:.2} % sure {sure} turned {turn}", page.engine);
            if rate > 5.0 {
                println!("{}", page.text());
            }
        }
    }
    Ok(())
}

fn unseen(parts: &Path, engine: &str, seed: u64, count: u32, only: Option<&str>) -> Fallible<()> {
    let fonts = Fonts::others();
    let engine = load(parts, engine)?;
    let wanted = |class: &Class| only.is_none_or(|only| only.split(',').any(|c| c == class.name()));
    for class in Class::ALL.into_iter().filter(wanted) {
        let (mut sum, mut milliseconds) = (0.0, 0);
        for variant in 0..count {
            let specimen = draw_unseen(&fonts, class, seed, variant).ok_or("no fonts")?;
            let page = engine.read(&Picture::from_pixels(specimen.pixels), &Options::default())?;
            let rate = 100.0 * character_error_rate(&specimen.text, &page.text());
            sum += rate;
            milliseconds += page.duration_ms;
            if only.is_some() {
                let sure = page.mean_confidence.value();
                println!("  {variant} {rate:.2} % sure {sure:.3} turned {}", page.rotation);
                if rate > 1.0 {
                    println!("--- wanted\n{}\n--- read\n{}\n---", specimen.text, page.text());
                }
            }
        }
        println!("{:12} {:6.2} % {milliseconds} ms", class.name(), sum / f64::from(count));
    }
    Ok(())
}

fn load(parts: &Path, engine: &str) -> Fallible<Box<dyn ocr::Engine>> {
    match engine {
        "paddle" => Ok(Box::new(Paddle::load(&PaddleParts::in_folder(parts), 1)?)),
        #[cfg(feature = "tesseract")]
        "tesseract" => {
            let data = ocr::Tesseract::find_tessdata().ok_or("tesseract's data are missing")?;
            Ok(Box::new(ocr::Tesseract::load(&data)?))
        }
        other => Err(format!("no engine {other}").into()),
    }
}

fn files(parts: &Path, engine: &str, folder: &str, within: &str) -> Fallible<()> {
    let engine = load(parts, engine)?;
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
        let mut paths: Vec<PathBuf> = entries.collect::<std::io::Result<_>>()?;
        paths.sort();
        folders.extend(paths.iter().filter(|path| path.is_dir()).cloned());
        let text = |path: &PathBuf| path.with_extension("txt");
        for path in paths.iter().filter(|path| **path != text(path) && text(path).is_file()) {
            if !path.to_string_lossy().contains(within) {
                continue;
            }
            let truth = std::fs::read_to_string(text(path))?;
            let picture = Picture::decode(&std::fs::read(path)?, &ocr::Limits::default())?;
            let page = engine.read(&picture, &Options::default())?;
            let rate = 100.0 * character_error_rate(&truth, &page.text());
            let (sure, turn) = (page.mean_confidence.value(), page.rotation);
            let (path, took) = (path.display(), page.duration_ms);
            println!("{rate:7.2} % sure {sure:.3} turned {turn} {took} ms {path}");
            if rate > 1.0 {
                println!("--- wanted\n{truth}--- read\n{}\n---", page.text());
            }
        }
    }
    Ok(())
}

fn page(parts: &Path, picture: &Path) -> Fallible<()> {
    let picture = Picture::decode(&std::fs::read(picture)?, &ocr::Limits::default())?;
    let engine = Paddle::load(&PaddleParts::in_folder(parts), 2)?;
    let page = ocr::Engine::read(&engine, &picture, &Options::default())?;
    println!("{}", serde_json::to_string_pretty(&page)?);
    Ok(())
}
