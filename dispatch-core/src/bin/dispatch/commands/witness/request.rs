//! `dispatch witness request`: on the log's side, a request to be carried to a witness by hand.

use crate::args::witness::Request;
use crate::console::Console;
use crate::failure::Done;
use crate::folder;

pub(super) fn run(_console: &Console, options: &Request) -> Done {
    folder::must_not_exist(&options.out)
}
