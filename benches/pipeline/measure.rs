//! One process: wall time, CPU time, peak memory.
//!
//! GNU time tells all three. Where it is missing, the peak is read from the process table while the
//! process runs, and there is no CPU time.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A result with any error.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A process to run.
pub(crate) struct Step {
    pub(crate) name: String,
    program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
}

impl Step {
    pub(crate) fn new(name: impl Into<String>, program: &Path) -> Self {
        Self {
            name: name.into(),
            program: program.to_owned(),
            arguments: Vec::new(),
        }
    }
}

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of all threads, user and system.
    pub(crate) cpu: Option<f64>,
    /// Peak of resident memory.
    pub(crate) peak_mib: Option<f64>,
}

/// Runs a process to its end; what it prints is thrown away.
pub(crate) fn run(step: &Step) -> Outcome<Figures> {
    let told = tempfile::NamedTempFile::new()?;
    let timer = Path::new(GNU_TIME);
    let mut command = if timer.exists() {
        let mut command = Command::new(timer);
        command
            .args(["-f", "%U %S %M", "-o"])
            .arg(told.path())
            .arg(&step.program);
        command
    } else {
        Command::new(&step.program)
    };
    let errors = tempfile::NamedTempFile::new()?;
    command
        .args(&step.arguments)
        .stdout(Stdio::null())
        .stderr(File::create(errors.path())?);
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut peak = None;
    let status = if timer.exists() {
        child.wait()?
    } else {
        loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            peak = peak_mib(child.id()).or(peak);
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let wall = start.elapsed().as_secs_f64();
    if !status.success() {
        let errors = std::fs::read_to_string(errors.path())?;
        return Err(format!("{}: {status}: {errors}", step.name).into());
    }
    let told = std::fs::read_to_string(told.path())?;
    let numbers: Vec<f64> = told
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    Ok(match numbers.as_slice() {
        [user, system, kib] => Figures {
            wall,
            cpu: Some(user + system),
            peak_mib: Some(kib / 1024.0),
        },
        _ => Figures {
            wall,
            cpu: None,
            peak_mib: peak,
        },
    })
}

/// The median of what is known.
pub(crate) fn median(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut values: Vec<f64> = values.flatten().collect();
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get(values.len().saturating_sub(1) / 2)?;
    Some((upper + lower) / 2.0)
}

fn peak_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

const GNU_TIME: &str = "/usr/bin/time";
