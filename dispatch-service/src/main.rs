//! `dispatch-service`: the warp service that will run and record draws.
//!
//! It is not built yet: this program says so and fails, so that nobody mistakes it for a service.

fn main() -> std::process::ExitCode {
    eprintln!(
        "dispatch-service is not built yet; use the offline tool `dispatch` (package dispatch-core)"
    );
    std::process::ExitCode::FAILURE
}
