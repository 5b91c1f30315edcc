//! `dispatch-service doctor`: what is looked at besides the data.

use std::path::PathBuf;

use clap::Args;

/// Look whether everything is fit for use, and say what to do. 体检
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// Policy of the log that `serve` is given. 日志见证策略
    #[arg(long, env = "DISPATCH_POLICY", value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Relay of drand's pulses that `serve` is given; several separated by commas. drand中继
    #[arg(
        long = "relay",
        env = "DISPATCH_RELAYS",
        value_delimiter = ',',
        value_name = "URL"
    )]
    pub relays: Vec<String>,
    /// For programs: JSON in both languages. 输出JSON
    #[arg(long)]
    pub json: bool,
}
