//! The key folder: made once, whole, and for its owner only.

use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use dispatch_service::keys::KeyFolder;

#[test]
fn of_several_that_make_keys_at_once_all_find_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("data/keys");
    let makers = [(); 8].map(|()| {
        let keys = keys.clone();
        thread::spawn(move || {
            let folder = KeyFolder::open_or_make(&keys, "log.example/test").unwrap();
            let log = folder.log_key().unwrap().verifier().to_string();
            let sealed = folder.envelope().unwrap().seal("place", b"secret").unwrap();
            (log, sealed)
        })
    });
    let made = makers.map(|thread| thread.join().unwrap());
    let envelope = KeyFolder::open(&keys).unwrap().envelope().unwrap();
    for (log, sealed) in &made {
        assert_eq!(*log, made[0].0);
        assert_eq!(*envelope.open("place", sealed).unwrap(), b"secret");
    }
    let files = std::fs::read_dir(&keys).unwrap().map(|file| file.unwrap());
    let mut names: Vec<_> = files
        .map(|file| {
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file:?}");
            file.file_name().into_string().unwrap()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["envelope.key", "log.key"]);
    let mode = std::fs::metadata(&keys).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let other = KeyFolder::open_or_make(&keys, "log.example/other").unwrap_err();
    assert!(
        other
            .english
            .contains("holds the key of the log log.example/test"),
        "{other}"
    );
}
