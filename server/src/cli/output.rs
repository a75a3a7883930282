//! Where a command writes: a file that appears only when it is complete, or standard output.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

/// Standard output, or a file under another name until it is complete.
pub enum Output {
    /// Standard output.
    Stdout(std::io::Stdout),
    /// A file.
    File {
        /// Under its temporary name.
        file: std::fs::File,
        /// That name.
        partial: PathBuf,
        /// Its name when complete.
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output when there is none or it is `-`.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Output> {
        match path.filter(|p| *p != Path::new("-")) {
            None => Ok(Output::Stdout(std::io::stdout())),
            Some(path) => {
                let mut partial = path.as_os_str().to_owned();
                partial.push(".partial");
                let partial = PathBuf::from(partial);
                let file = std::fs::File::create(&partial)
                    .with_context(|| format!("-o {}: cannot be written", path.display()))?;
                Ok(Output::File { file, partial, path: path.to_owned() })
            }
        }
    }

    /// Writes a piece.
    pub fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Output::Stdout(out) => out.write_all(bytes)?,
            Output::File { file, .. } => file.write_all(bytes)?,
        }
        Ok(())
    }

    /// Gives the file its name.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Output::Stdout(mut out) => out.flush()?,
            Output::File { file, partial, path } => {
                file.sync_all()?;
                std::fs::rename(&partial, &path)
                    .with_context(|| format!("-o {}: cannot be written", path.display()))?;
            }
        }
        Ok(())
    }
}

/// A progress bar over `total` steps on a terminal, nothing when piped. `total` 0 counts without an end.
pub fn progress(total: u64, unit: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = if total > 0 {
        format!("{{bar:40}} {{human_pos}} of {{human_len}} {unit}, {{eta}} left")
    } else {
        format!("{{spinner}} {{human_pos}} {unit}, {{elapsed}}")
    };
    let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
