//! TLS by the service itself, where no proxy stands in front of it.

use std::path::Path;
use std::sync::Arc;

use dispatch_core::language::Message;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// An acceptor with the certificate chain and the key of these PEM files.
///
/// # Errors
/// If a file cannot be read, or the two do not belong together.
pub fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, Message> {
    let read = std::fs::read(certificates).map_err(|error| unusable(certificates, &error))?;
    let chain = CertificateDer::pem_slice_iter(&read).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| unusable(certificates, &error))?;
    let read = std::fs::read(key).map(zeroize::Zeroizing::new);
    let read = read.map_err(|error| unusable(key, &error))?;
    let secret = PrivateKeyDer::from_pem_slice(&read).map_err(|error| unusable(key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain, secret)
        });
    let mut config = config.map_err(|error| unusable(certificates, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Message {
    let path = path.display();
    Message::new(
        format!("{path}: {error}; give a certificate chain and its key, both PEM"),
        format!("{path}：{error}；请提供PEM格式的证书链及其私钥"),
    )
}
