//! Keys, outside the database: the log's signing key, and the envelope key that seals what is secret.
//!
//! They lie as files in one folder that only the service's user may read, so a dump of the database
//! opens nothing. Invariant: everything sealed is bound to the place it was sealed for.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use dispatch_core::digest::{Digest, tagged};
use dispatch_core::language::Message;
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_core::randomness;
use zeroize::Zeroizing;

/// The folder of the keys.
#[derive(Clone, Debug)]
pub struct KeyFolder(PathBuf);

/// Seals and opens what is secret. Clones share the key.
#[derive(Clone)]
pub struct Envelope(Arc<Zeroizing<[u8; 32]>>);

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Envelope(..)")
    }
}

impl KeyFolder {
    /// A folder with new keys for the log `origin`, or the folder as it is.
    ///
    /// # Errors
    /// If it cannot be written, the origin is no name of a log, or the keys there are another log's.
    pub fn open_or_make(dir: &Path, origin: &str) -> Result<Self, Message> {
        let folder = Self(dir.to_owned());
        create_private(dir)?;
        if folder.path(LOG_KEY).exists() && !folder.path(ENVELOPE_KEY).exists() {
            let path = folder.path(ENVELOPE_KEY);
            let path = path.display();
            return Err(Message::new(
                format!(
                    "{path}: is missing beside the key of the log; restore it from your copy: what is sealed opens with no other"
                ),
                format!("{path}：缺失，而日志密钥仍在；请用备份恢复，封存的内容用其他密钥无法打开"),
            ));
        }
        // The envelope key first: whoever finds the log's key finds both.
        let path = folder.path(ENVELOPE_KEY);
        if !path.exists() {
            let mut key = Zeroizing::new([0; 32]);
            randomness::fill(&mut *key)?;
            let text = Zeroizing::new(format!("{}\n", dispatch_core::digest::hex(&*key)));
            write_once(dir, &path, text.as_bytes())?;
        }
        let path = folder.path(LOG_KEY);
        if !path.exists() {
            let mut seed = Zeroizing::new([0; 32]);
            randomness::fill(&mut *seed)?;
            let key = SignerKey::new(origin, KeyKind::Signature, *seed);
            let key = key.map_err(|error| {
                Message::new(
                    format!("{origin}: {error}; choose an origin like log.example/gz"),
                    format!("{origin}：{error}；请使用 log.example/gz 这样的名称"),
                )
            })?;
            write_once(dir, &path, format!("{}\n", *key.to_text()).as_bytes())?;
        }
        let name = folder.log_key()?.name().to_owned();
        if name == origin {
            return Ok(folder);
        }
        let dir = dir.display();
        Err(Message::new(
            format!(
                "{dir}: holds the key of the log {name}, not of {origin}; choose another folder, or the log's own name"
            ),
            format!("{dir}：其中是日志{name}的密钥，不是{origin}的；请另选目录或使用该日志的名称"),
        ))
    }

    /// A folder with keys in it.
    ///
    /// # Errors
    /// If there are none.
    pub fn open(dir: &Path) -> Result<Self, Message> {
        let folder = Self(dir.to_owned());
        folder.log_key()?;
        Ok(folder)
    }

    /// The key that signs the log.
    ///
    /// # Errors
    /// If it is not there, not a key, or others may read it.
    pub fn log_key(&self) -> Result<SignerKey, Message> {
        let path = self.path(LOG_KEY);
        let text = read_private(&path)?;
        let key = text.trim_end_matches('\n').parse::<SignerKey>();
        let key = key.map_err(|error| {
            let path = path.display();
            Message::new(
                format!("{path}: {error}; restore it from your copy"),
                format!("{path}：{error}；请用备份恢复"),
            )
        })?;
        if key.kind() == KeyKind::Signature {
            return Ok(key);
        }
        let path = path.display();
        Err(Message::new(
            format!("{path}: is the key of a witness (type 04); a log signs with one of type 01"),
            format!("{path}：是见证方的密钥（类型04）；日志应使用类型01的密钥"),
        ))
    }

    /// The envelope key.
    ///
    /// # Errors
    /// If it is not there, not a key, or others may read it.
    pub fn envelope(&self) -> Result<Envelope, Message> {
        let path = self.path(ENVELOPE_KEY);
        let text = read_private(&path)?;
        let key = Digest::from_hex(text.trim_end_matches('\n'));
        let key = key.map_err(|_| {
            let path = path.display();
            Message::new(
                format!("{path}: is not 64 hexadecimal characters; restore it from your copy"),
                format!("{path}：不是64位十六进制；请用备份恢复"),
            )
        })?;
        Ok(Envelope(Arc::new(Zeroizing::new(*key.as_bytes()))))
    }

    /// Where the latest signed checkpoint is remembered.
    #[must_use]
    pub fn memory(&self) -> PathBuf {
        self.path("latest-checkpoint")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Envelope {
    /// An envelope with this key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(key)))
    }

    /// Seals `plain` for the place `place` (whose it is and what).
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Message> {
        let mut nonce = [0; NONCE];
        randomness::fill(&mut nonce)?;
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = self.cipher().encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| Message::new("too long to seal", "内容过长，无法加密"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for the place.
    ///
    /// # Errors
    /// If it was sealed under another key, for another place, or was changed.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Message> {
        let wrong = || {
            Message::new(
                format!(
                    "{place}: does not open with the envelope key; restore the key folder that belongs to this database"
                ),
                format!("{place}：无法用封装密钥打开，请恢复与该数据库配套的密钥目录"),
            )
        };
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(wrong)?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let plain = self.cipher().decrypt(XNonce::from_slice(nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| wrong())
    }

    /// A hash that nobody can compute without the key: for what could be guessed from a plain one.
    #[must_use]
    pub fn fingerprint(&self, label: &str, bytes: &[u8]) -> Digest {
        // A key of its own, so that this and sealing never meet.
        let key = tagged("dispatch-service/fingerprint", &[&**self.0]);
        tagged(label, &[key.as_bytes(), bytes])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&**self.0).into())
    }
}

/// Makes a folder that only its owner gets into, if there is none.
///
/// # Errors
/// If it cannot be made.
pub fn create_private(dir: &Path) -> Result<(), Message> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir).map_err(|error| unusable(dir, &error))
}

/// Writes a file that only its owner reads; one that is there stays. It takes its name when it is on the
/// disk: whatever happens meanwhile, nobody finds half a key.
fn write_once(dir: &Path, path: &Path, bytes: &[u8]) -> Result<(), Message> {
    let failed = |error: &std::io::Error| unusable(path, error);
    // A temporary file is made so that only its owner reads it.
    let file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir);
    let mut file = file.map_err(|error| failed(&error))?;
    {
        file.write_all(bytes)
            .and_then(|()| file.as_file().sync_all())
    }
    .map_err(|error| failed(&error))?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        // Another process was quicker.
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(&error.error)),
    }
    let named = std::fs::File::open(dir).and_then(|dir| dir.sync_all());
    named.map_err(|error| unusable(dir, &error))
}

fn read_private(path: &Path) -> Result<Zeroizing<String>, Message> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| unusable(path, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(|error| unusable(path, &error))?;
        if mode.permissions().mode() & 0o077 != 0 {
            let path = path.display();
            return Err(Message::new(
                format!("{path}: others can read it; run chmod 600 {path}"),
                format!("{path}：其他用户可读；请运行 chmod 600 {path}"),
            ));
        }
    }
    Ok(text)
}

fn unusable(path: &Path, error: &std::io::Error) -> Message {
    let path = path.display();
    Message::new(format!("{path}: {error}"), format!("{path}：{error}"))
}

const LOG_KEY: &str = "log.key";
const ENVELOPE_KEY: &str = "envelope.key";
const NONCE: usize = 24;
