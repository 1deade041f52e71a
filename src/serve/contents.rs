//! The files of the desk: where their contents lie, whether that place answers, and what reads them.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use files::{FileStore, FilesError, LinkKey};
use ocr::{EngineName, PaddleParts, Tesseract};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use workers::files::{OcrOptions, TextReader};

use crate::config::{Config, FilesPlace, FilesSettings, Role};
use crate::desk::Desk;

/// How often the place is asked whether it is there.
const ASK: Duration = Duration::from_secs(10);
/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Texts of files that are rendered at once.
const RENDERINGS: usize = 2;

/// The place where contents lie, and how it is. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    store: FileStore,
    reached: Reached,
    up: Gauge,
}

/// Whether the place where contents lie can be reached; nothing is said where nobody asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached {
    /// Why it could not be reached the last time; none when it could, or was not asked yet.
    trouble: Option<watch::Receiver<Option<String>>>,
    ever: Arc<AtomicBool>,
}

impl Reached {
    /// Why it cannot be reached.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.as_ref()?.borrow().clone()
    }

    /// Could it be reached once? If not, it is the settings that are wrong, and no bad day.
    pub(super) fn ever(&self) -> bool {
        self.ever.load(Ordering::Relaxed)
    }
}

impl Contents {
    /// Opens it if this process has anything to do with files, and goes on asking until `stop` whether it is there.
    pub(super) async fn open(config: &Config, stop: &CancellationToken) -> Result<Option<Self>> {
        if !config.roles.include(Role::Api) && !config.roles.include(Role::Worker) {
            return Ok(None);
        }
        let store = store(&config.files)?;
        let (up, ever) = (Gauge::default(), Arc::new(AtomicBool::new(false)));
        let first = ask(&store).await;
        note(&up, &ever, first.as_deref());
        say(first.as_deref());
        let (tell, trouble) = watch::channel(first);
        let reached = Reached { trouble: Some(trouble), ever };
        let contents = Self { store, reached, up };
        tokio::spawn(contents.clone().watch(tell, stop.clone()));
        Ok(Some(contents))
    }

    /// The place itself.
    pub(super) fn store(&self) -> FileStore {
        self.store.clone()
    }

    /// What to ask whether it is there.
    pub(super) fn reached(&self) -> Reached {
        self.reached.clone()
    }

    /// Adds what is counted here to a registry.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("files_up", "Whether the store of files answered", self.up.clone());
    }

    /// What the routes of files need.
    pub(super) fn for_api(&self, files: &FilesSettings, desk: &Desk) -> api::Files {
        api::Files {
            store: self.store(),
            links: LinkKey::new(desk.store.secrets().mac("file-link", &[])),
            max_bytes: files.max_file_bytes,
            max_pixels: files.max_image_pixels,
            link_lifetime: files.link_lifetime,
            uploads: Arc::new(Semaphore::new(files.max_uploads)),
            renderings: Arc::new(Semaphore::new(RENDERINGS)),
        }
    }

    async fn watch(self, tell: watch::Sender<Option<String>>, stop: CancellationToken) {
        let mut moments = interval(ASK);
        moments.set_missed_tick_behavior(MissedTickBehavior::Delay);
        moments.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = moments.tick() => {}
            }
            let trouble = ask(&self.store).await;
            note(&self.up, &self.reached.ever, trouble.as_deref());
            // The words may differ each time; what counts is said once.
            if tell.borrow().is_none() != trouble.is_none() {
                say(trouble.as_deref());
            }
            tell.send_replace(trouble);
        }
    }
}

fn store(files: &FilesSettings) -> Result<FileStore> {
    match &files.place {
        FilesPlace::Directory(directory) => FileStore::local(directory, files.keep)
            .with_context(|| format!("opening the directory of files, {}", directory.display())),
        FilesPlace::Bucket(s3) => {
            FileStore::s3(s3, files.keep).context("the settings in [files.s3] are not valid")
        }
    }
}

/// Why the store does not answer; none when it does.
async fn ask(store: &FileStore) -> Option<String> {
    match timeout(ANSWER, store.probe()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(chain(&error)),
        Err(_) => Some(format!("no answer within {ANSWER:?}")),
    }
}

fn note(up: &Gauge, ever: &AtomicBool, trouble: Option<&str>) {
    if trouble.is_none() {
        ever.store(true, Ordering::Relaxed);
    }
    up.set(trouble.is_none().into());
}

fn say(trouble: Option<&str>) {
    match trouble {
        Some(trouble) => tracing::warn!(trouble, "the store of files does not answer"),
        None => tracing::info!("the store of files answers"),
    }
}

fn chain(error: &FilesError) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_told = cause.to_string();
        if !told.contains(&cause_told) {
            told = format!("{told}: {cause_told}");
        }
        source = cause.source();
    }
    told
}

/// What reads the text of files. Nothing is loaded before there is something to read, so that only who works on the
/// queue `ocr` has an engine in memory.
pub(super) fn text_reader(options: &OcrOptions) -> TextReader {
    for engine in [EngineName::Paddle, EngineName::Tesseract] {
        let Some(missing) = missing(engine, options) else { continue };
        if options.engines.contains(&engine) {
            tracing::warn!(%engine, missing, "an engine that is to read pictures is not there");
        } else {
            tracing::info!(%engine, missing, "an engine is not installed here");
        }
    }
    let engines: Vec<_> = options.engines.iter().map(|engine| engine.as_str()).collect();
    let engines = if engines.is_empty() { "none".to_owned() } else { engines.join(",") };
    tracing::info!(engines, instances = options.instances, "text is read from pictures");
    TextReader::new(options)
}

fn missing(engine: EngineName, options: &OcrOptions) -> Option<String> {
    match engine {
        EngineName::Paddle => {
            let parts = PaddleParts::in_folder(&options.parts);
            parts.missing().map(|path| path.display().to_string())
        }
        EngineName::Tesseract => {
            let found = options.tessdata.clone().or_else(Tesseract::find_tessdata);
            let is_there = found.is_some_and(|folder| folder.join("eng.traineddata").is_file());
            (!is_there).then(|| "eng.traineddata".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use files::{AtRest, S3Settings};

    use super::super::halted::Health;
    use super::*;

    fn reached(trouble: Option<&str>, ever: bool) -> Health {
        let (_, told) = watch::channel(trouble.map(str::to_owned));
        let ever = Arc::new(AtomicBool::new(ever));
        Health { files: Reached { trouble: Some(told), ever }, ..Health::default() }
    }

    #[test]
    fn a_store_that_was_never_reached_makes_unready_and_one_that_went_away_is_told() {
        let never = reached(Some("no such bucket"), false);
        let unready = never.unready().expect("it has wrong settings");
        assert_eq!(unready.kind, "files-away");
        assert_eq!(unready.detail, "The store of files does not answer: no such bucket.");

        let away = reached(Some("connection refused"), true);
        assert!(away.unready().is_none() && away.trouble().is_some());
        let fine = reached(None, true);
        assert!(fine.unready().is_none() && fine.trouble().is_none());
        assert!(Health::default().trouble().is_none(), "who has no files has no trouble with them");
    }

    #[tokio::test]
    async fn a_bucket_that_does_not_answer_is_named_with_the_cause_and_soon() {
        let nobody = S3Settings {
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            region: "us-east-1".to_owned(),
            bucket: "docket".to_owned(),
            access_key_id: "a".to_owned(),
            secret_access_key: "b".to_owned(),
        };
        let store = FileStore::s3(&nobody, AtRest::Sealed).unwrap();
        // The store itself would go on trying for half a minute.
        let trouble = timeout(6 * ANSWER, ask(&store)).await.expect("it gives up sooner");
        trouble.expect("nobody listens there");
    }
}
