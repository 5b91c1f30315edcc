//! The folder of one draw: what is for everybody, and what is sealed.
//!
//! `secret/` is readable by the operator only (mode 0700, its files 0600). Files appear whole or not
//! at all: each is written beside its place and renamed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(crate) use dispatch_core::held::names::{PARENT, SECRET};
pub(crate) use dispatch_core::held::stage_file;
use dispatch_core::held::{HeldFault, HeldFiles};

use crate::failure::{Done, Failure};

/// Reads a file whole.
pub(crate) fn read(path: &Path) -> Done<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8], private: bool) -> Done {
    write_with(path, private, |mut file| {
        file.write_all(bytes).map(|()| file)
    })
}

/// The same for content that is made while it is written; `fill` gives the file back.
pub(crate) fn write_with(
    path: &Path,
    private: bool,
    fill: impl FnOnce(fs::File) -> std::io::Result<fs::File>,
) -> Done {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(if private { 0o600 } else { 0o644 });
        }
        fill(options.open(&beside)?)?.sync_all()?;
        fs::rename(&beside, path)
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        Failure::file(path, &error)
    })
}

/// Writes a file whole or not at all, and waits until its name too has reached the disk.
pub(crate) fn write_durably(path: &Path, bytes: &[u8], private: bool) -> Done {
    write(path, bytes, private)?;
    sync(path.parent().unwrap_or(path))
}

/// Waits until the names in a folder have reached the disk. Only Unix opens folders; other systems
/// do so with the rename.
pub(crate) fn sync(dir: &Path) -> Done {
    if !cfg!(unix) {
        return Ok(());
    }
    // The parent of a relative name of one part is the empty path.
    let here = Path::new(".");
    let dir = if dir.as_os_str().is_empty() {
        here
    } else {
        dir
    };
    let synced = fs::File::open(dir).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Failure::file(dir, &error))
}

/// Writes a file whole unless it is there already; tells whether it was written. Of two processes
/// that write at once exactly one does.
pub(crate) fn write_once(path: &Path, bytes: &[u8], private: bool) -> Done<bool> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    write(&beside, bytes, private)?;
    // A link never replaces what is there.
    let linked = fs::hard_link(&beside, path);
    let _ = fs::remove_file(&beside);
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Failure::file(path, &error)),
    }
}

/// Fails if something is there already.
pub(crate) fn must_not_exist(path: &Path) -> Done {
    if !path.exists() {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(
        format!("{path} exists already; nothing is overwritten: choose another name"),
        format!("{path}已存在，不会覆盖：请另选名称"),
    ))
}

/// A new folder that appears only when everything in it is written.
#[derive(Debug)]
pub(crate) struct NewFolder {
    target: PathBuf,
    building: PathBuf,
    finished: bool,
}

impl NewFolder {
    pub(crate) fn create(target: &Path) -> Done<Self> {
        must_not_exist(target)?;
        let mut building = target.as_os_str().to_owned();
        building.push(".part");
        let building = PathBuf::from(building);
        let made = fs::remove_dir_all(&building)
            .or_else(|error| {
                if error.kind() == std::io::ErrorKind::NotFound {
                    Ok(())
                } else {
                    Err(error)
                }
            })
            .and_then(|()| fs::create_dir_all(&building));
        made.map_err(|error| Failure::file(&building, &error))?;
        Ok(Self {
            target: target.to_owned(),
            building,
            finished: false,
        })
    }

    /// The same for its owner only.
    pub(crate) fn create_private(target: &Path) -> Done<Self> {
        let folder = Self::create(target)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&folder.building, fs::Permissions::from_mode(0o700))
                .map_err(|error| Failure::file(&folder.building, &error))?;
        }
        Ok(folder)
    }

    /// Where to write meanwhile.
    pub(crate) fn path(&self) -> &Path {
        &self.building
    }

    /// Puts the folder in its place.
    pub(crate) fn finish(mut self) -> Done {
        fs::rename(&self.building, &self.target)
            .map_err(|error| Failure::file(&self.target, &error))?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.building);
        }
    }
}

/// Makes the sealed part of a folder.
pub(crate) fn create_secret(dir: &Path) -> Done<PathBuf> {
    let secret = dir.join(SECRET);
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(&secret)
        .map_err(|error| Failure::file(&secret, &error))?;
    Ok(secret)
}

/// The files of one draw in its folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folder<'d>(pub(crate) &'d Path);

impl HeldFiles for Folder<'_> {
    type Error = Failure;

    fn read(&self, name: &str) -> Done<Option<Vec<u8>>> {
        let path = self.0.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::file(&path, &error)),
        }
    }

    fn needed(&self, name: &str) -> Done<Vec<u8>> {
        read(&self.0.join(name))
    }

    fn has(&self, name: &str) -> Done<bool> {
        Ok(self.0.join(name).exists())
    }

    fn fault(&self, fault: HeldFault) -> Failure {
        crate::history::fault(self.0, fault)
    }
}
