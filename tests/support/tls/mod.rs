//! A certificate for `localhost` and 127.0.0.1, and the authority that signed it; worth nothing outside the tests.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/support/tls").join(name)
}

/// The authority, for `ca_file`.
pub(crate) fn authority() -> PathBuf {
    file("ca.pem")
}

/// The authority of a certificate that ended in January 2020, and that server's side of TLS.
pub(crate) fn expired() -> (PathBuf, tokio_rustls::TlsAcceptor) {
    (file("expired-ca.pem"), acceptor_of("expired"))
}

/// The server's side of TLS.
pub(crate) fn acceptor() -> tokio_rustls::TlsAcceptor {
    acceptor_of("server")
}

fn acceptor_of(name: &str) -> tokio_rustls::TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(file(&format!("{name}.pem"))).unwrap();
    let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config).into()
}
