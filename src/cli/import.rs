//! `docket import`

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use commands::Context;
use commands::import::{Format, Handling, ImportOptions, ImportReport, UnknownColumns};

use super::{Common, Outcome};
use crate::desk::Desk;
use crate::progress;

/// Imports tickets from a file.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file; - is standard input
    file: PathBuf,
    /// Its format [default: what its name ends with]
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    /// Its charset, where it does not say so itself
    #[arg(long)]
    charset: Option<String>,
    /// Ignore columns that are not known, instead of refusing them
    #[arg(long)]
    ignore_unknown: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArgument {
    Csv,
    Json,
    Xml,
}

impl Import {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        let format = self.format()?;
        let (input, bytes) = self.open()?;
        let report = common
            .visit_or_make(async |desk| self.import(desk, format, input, bytes).await)
            .await?;
        println!("{} rows, {} imported, {} failed.", report.total, report.imported, report.failed);
        for error in &report.errors {
            let field = error.field.as_deref().map(|field| format!(", {field}"));
            println!("row {}{}: {}", error.row, field.unwrap_or_default(), error.msg);
        }
        let unnamed = report.error_count.saturating_sub(report.errors.len() as u64);
        if unnamed > 0 {
            println!("… and {unnamed} errors more");
        }
        if !report.ignored_columns.is_empty() {
            println!("Ignored: {}", report.ignored_columns.join(", "));
        }
        Ok(if report.failed == 0 { Outcome::Fine } else { Outcome::Wanting })
    }

    async fn import(
        &self,
        desk: &Desk,
        format: Format,
        input: Box<dyn Read + Send>,
        bytes: Option<u64>,
    ) -> Result<ImportReport> {
        let ctx = Context::system(desk.store.ambient(), "docket import");
        let options = ImportOptions {
            format,
            charset: self.charset.clone(),
            unknown: if self.ignore_unknown {
                UnknownColumns::Ignored
            } else {
                UnknownColumns::Refused
            },
            handling: Handling::Allowed,
        };
        // Bytes read ahead of rows imported, by no more than a few chunks.
        let bar = progress::bar("importing", bytes);
        let input = bar.wrap_read(input);
        let report = desk
            .commands
            .import_tickets(&ctx, options, input, |report| {
                bar.set_message(format!("imported {} of {} rows;", report.imported, report.total));
            })
            .await;
        bar.finish_and_clear();
        Ok(report?)
    }

    fn format(&self) -> Result<Format> {
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        Ok(match (self.format, ending.to_ascii_lowercase().as_str()) {
            (Some(FormatArgument::Csv), _) | (None, "csv" | "tsv") => Format::Csv,
            (Some(FormatArgument::Json), _) | (None, "json" | "jsonl" | "ndjson") => Format::Json,
            (Some(FormatArgument::Xml), _) | (None, "xml") => Format::Xml,
            (None, _) => bail!("the name of the file does not tell its format; add --format"),
        })
    }

    fn open(&self) -> Result<(Box<dyn Read + Send>, Option<u64>)> {
        if self.file == Path::new("-") {
            return Ok((Box::new(io::stdin()), None));
        }
        let file =
            File::open(&self.file).with_context(|| format!("opening {}", self.file.display()))?;
        let bytes = file.metadata().ok().map(|metadata| metadata.len());
        Ok((Box::new(file), bytes))
    }
}
