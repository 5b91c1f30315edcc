//! A small disk of a test's own: a file system in memory.
//!
//! Invariant: it is taken away again when the test process ends, however that ends.

use std::io::Write as _;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::cluster::keeper;

/// A small disk.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    keeper: Child,
}

impl Disk {
    /// A disk of so many KiB that this user owns; none, with the reason printed, where none can be
    /// made.
    pub(crate) fn new(kibibytes: u64, owner: Option<(u32, u32)>) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("dispatch-disk-").tempdir();
        let folder = folder.unwrap().keep();
        let keeper = keeper(&folder);
        let disk = Self { folder, keeper };
        let path = disk.path();
        std::fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "tmpfs"])
            .arg(&path)
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            let _ = writeln!(
                std::io::stderr(),
                "tests with a full disk are skipped: this user cannot mount a tmpfs"
            );
            return None;
        }
        if let Some((user, group)) = owner {
            use std::os::unix::fs::PermissionsExt as _;
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&disk.folder, open).unwrap();
            chown(&path, Some(user), Some(group)).unwrap();
        }
        Some(disk)
    }

    /// Its folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("disk")
    }

    /// Takes room away; removing the file that this gives makes room again.
    pub(crate) fn fill(&self, bytes: usize) -> PathBuf {
        let path = self.path().join("filling");
        std::fs::write(&path, vec![0; bytes]).unwrap();
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
        assert!(!Path::exists(&self.folder) || std::thread::panicking());
    }
}
