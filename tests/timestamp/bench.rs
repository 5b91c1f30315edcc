//! A certification authority and time-stamp authorities, made with OpenSSL in a folder that goes away.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dispatch_core::timestamp::{Authority, TimestampError, Token};
use tempfile::TempDir;

/// The folder.
pub(crate) struct Bench(TempDir);

impl Bench {
    /// None, with the reason printed, where there is no OpenSSL of version 3.
    pub(crate) fn open() -> Option<Self> {
        let version = Command::new("openssl").arg("version").output();
        let found = version.is_ok_and(|output| output.stdout.starts_with(b"OpenSSL 3"));
        if !found {
            println!("skipped: there is no `openssl` of version 3 to compare with");
            return None;
        }
        let bench = Self(tempfile::tempdir().unwrap());
        bench.write("openssl.cnf", CONFIGURATION.as_bytes());
        bench.write("index", b"");
        Some(bench)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path().join(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("openssl");
        command.current_dir(self.path()).args(arguments);
        command.env("OPENSSL_CONF", self.path().join("openssl.cnf"));
        command.output().unwrap()
    }

    /// The same; it has to succeed.
    pub(crate) fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A key in `NAME.key`: `rsa`, or a curve.
    pub(crate) fn key(&self, name: &str, kind: &str) {
        let out = format!("{name}.key");
        let (algorithm, option) = match kind {
            "rsa" => ("RSA", "rsa_keygen_bits:2048".to_owned()),
            "rsa-1024" => ("RSA", "rsa_keygen_bits:1024".to_owned()),
            curve => ("EC", format!("ec_paramgen_curve:{curve}")),
        };
        self.must(&[
            "genpkey",
            "-algorithm",
            algorithm,
            "-pkeyopt",
            &option,
            "-out",
            &out,
        ]);
    }

    /// A self-signed certificate in `NAME.pem`, with its key.
    pub(crate) fn root(&self, name: &str, subject: &str, kind: &str, extensions: &str) {
        self.request(name, subject, kind);
        self.sign_request(
            name,
            name,
            extensions,
            &[&["-selfsign"][..], &VALIDITY].concat(),
        );
    }

    /// A certificate of `ca` in `NAME.pem`, with its key; `more` are further options.
    pub(crate) fn issue(&self, ca: &str, name: &str, kind: &str, extensions: &str, more: &[&str]) {
        self.request(name, name, kind);
        if more.contains(&"-startdate") {
            self.sign_request(ca, name, extensions, more);
        } else {
            self.sign_request(ca, name, extensions, &[more, &VALIDITY].concat());
        }
    }

    fn request(&self, name: &str, subject: &str, kind: &str) {
        self.key(name, kind);
        let subject = format!("/O=测试/CN={subject}");
        self.must(&[
            "req",
            "-new",
            "-key",
            &format!("{name}.key"),
            "-utf8",
            "-subj",
            &subject,
            "-out",
            &format!("{name}.csr"),
        ]);
    }

    fn sign_request(&self, ca: &str, name: &str, extensions: &str, more: &[&str]) {
        let (certificate, key) = (format!("{ca}.pem"), format!("{ca}.key"));
        let (csr, pem) = (format!("{name}.csr"), format!("{name}.pem"));
        let mut arguments = vec![
            "ca",
            "-batch",
            "-notext",
            "-keyfile",
            &key,
            "-in",
            &csr,
            "-out",
            &pem,
            "-extensions",
            extensions,
        ];
        if ca != name {
            arguments.extend(["-cert", &certificate]);
        }
        arguments.extend(more);
        self.must(&arguments);
    }

    /// What `openssl ts` makes of a request in `query`.
    pub(crate) fn reply(
        &self,
        query: &[u8],
        signer: &str,
        section: &str,
        more: &[&str],
    ) -> Vec<u8> {
        self.write("query", query);
        let (certificate, key) = (format!("{signer}.pem"), format!("{signer}.key"));
        let mut arguments = vec![
            "ts",
            "-reply",
            "-queryfile",
            "query",
            "-section",
            section,
            "-signer",
            &certificate,
            "-inkey",
            &key,
            "-out",
            "reply",
        ];
        arguments.extend(more);
        self.must(&arguments);
        self.read("reply")
    }

    /// The signed content of an answer.
    pub(crate) fn content(&self, reply: &[u8]) -> Vec<u8> {
        self.write("reply", reply);
        self.must(&[
            "ts",
            "-reply",
            "-in",
            "reply",
            "-token_out",
            "-out",
            "token",
        ]);
        self.must(&[
            "cms",
            "-verify",
            "-noverify",
            "-nosigs",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "token",
            "-out",
            "content",
        ]);
        self.read("content")
    }

    /// Signs any content as a token, without `openssl ts` and its checks.
    pub(crate) fn sign(&self, content: &[u8], signer: &str, more: &[&str]) -> Vec<u8> {
        self.write("content", content);
        let (certificate, key) = (format!("{signer}.pem"), format!("{signer}.key"));
        let mut arguments = vec![
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-nosmimecap",
            "-outform",
            "DER",
            "-in",
            "content",
            "-out",
            "token",
            "-signer",
            &certificate,
            "-inkey",
            &key,
        ];
        if !more.contains(&"-econtent_type") {
            arguments.extend(["-econtent_type", "id-smime-ct-TSTInfo"]);
        }
        arguments.extend(more);
        self.must(&arguments);
        self.read("token")
    }

    /// Whether `openssl ts -verify` accepts it.
    pub(crate) fn accepts(
        &self,
        message: &[u8],
        token: &[u8],
        pinned: &str,
        more: &[&str],
    ) -> bool {
        self.write("message", message);
        self.write("reply", token);
        let pem = format!("{pinned}.pem");
        let mut arguments = vec![
            "ts",
            "-verify",
            "-data",
            "message",
            "-in",
            "reply",
            "-CAfile",
            &pem,
            "-partial_chain",
        ];
        // A token alone, not an answer.
        if is_token(token) {
            arguments.push("-token_in");
        }
        arguments.extend(more);
        self.run(&arguments).status.success()
    }

    /// The time that OpenSSL reads in an answer, a fraction of a second rounded up.
    pub(crate) fn time(&self, reply: &[u8]) -> u64 {
        self.write("reply", reply);
        let text = self.must(&["ts", "-reply", "-in", "reply", "-text"]);
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Time stamp: "));
        let format = "%b %d %H:%M:%S%.f %Y GMT";
        let time = jiff::civil::DateTime::strptime(format, line.unwrap()).unwrap();
        let time = time.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        let up = i64::from(time.subsec_nanosecond() > 0);
        u64::try_from(time.as_second() + up).unwrap()
    }

    pub(crate) fn authority(&self, pinned: &str) -> Authority {
        Authority::read(pinned, &self.read(&format!("{pinned}.pem"))).unwrap()
    }

    /// What Dispatch says.
    pub(crate) fn judge(
        &self,
        message: &[u8],
        token: &[u8],
        pinned: &str,
    ) -> Result<u64, TimestampError> {
        Token::read(token)?.verify(message, &self.authority(pinned))
    }
}

/// Whether the first element inside is a type (06) and not a status (30).
fn is_token(bytes: &[u8]) -> bool {
    let lengths = bytes[1].saturating_sub(0x80);
    bytes[2 + usize::from(lengths)] == 6
}

/// Of every certificate that is not asked for another.
const VALIDITY: [&str; 4] = [
    "-startdate",
    "20200701000000Z",
    "-enddate",
    "20400101000000Z",
];

const CONFIGURATION: &str = "
[req]
distinguished_name = name
[name]
[ca]
default_ca = ca_default
[ca_default]
database = ./index
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
organizationName = optional
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[not_an_issuer]
basicConstraints = critical, CA:FALSE
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
subjectAltName = dirName:other
[other]
CN = 另一名称
[no_usage]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
[lax_usage]
extendedKeyUsage = timeStamping
[two_usages]
extendedKeyUsage = critical, timeStamping, emailProtection
[wrong_key_usage]
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = critical, timeStamping
[unknown]
extendedKeyUsage = critical, timeStamping
1.2.3.4.5 = critical, ASN1:NULL
[first]
serial = ./serial
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha1
[second]
serial = ./serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha1
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
clock_precision_digits = 3
[longer]
serial = ./serial
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha512
ess_cert_id_chain = yes
";
