//! The bytes below a dialogue with a server (IMAP, SMTP): TCP without Nagle's delay, and TLS over it.

use crate::certificate::Validity;
use anyhow::{Context, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// A host that has not answered by then is down.
const PATIENCE: Duration = Duration::from_secs(30);

/// Anything that carries bytes both ways.
pub(crate) trait Bytes: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Bytes for T {}

/// A connection, in clear text or not.
pub(crate) type Wire = Box<dyn Bytes>;

impl fmt::Debug for dyn Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

/// A server that could not be reached, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreachable(pub(crate) String);

/// How the bytes will go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// In clear text, to this machine only.
    Clear,
    /// Under TLS, from the first byte or soon.
    Enciphered,
}

/// Connects. What shall go in clear text goes to this machine only, whatever a resolver says the name means.
pub(crate) async fn connect(host: &str, port: u16, text: Text) -> Result<Wire, Unreachable> {
    let failed = |why: String| Unreachable(format!("Cannot connect to {host}:{port}: {why}"));
    let tcp = timeout(PATIENCE, TcpStream::connect((host, port))).await;
    let tcp = tcp.map_err(|_| failed("no answer".into()))?.map_err(|error| failed(error.to_string()))?;
    tcp.set_nodelay(true).map_err(|error| failed(error.to_string()))?;
    let here = tcp.peer_addr().map_err(|error| failed(error.to_string()))?.ip().is_loopback();
    if text == Text::Clear && !here {
        return Err(failed("it is not this machine, and clear text is not used".into()));
    }
    Ok(Box::new(tcp))
}

/// Whom to trust, and what the latest server showed.
#[derive(Clone)]
pub(crate) struct Tls(TlsConnector, Arc<Mutex<Option<Validity>>>);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// The system's certificate authorities, and those of a file.
    pub(crate) fn new(ca_file: Option<&Path>) -> Result<Tls> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(file) = ca_file {
            let read = || format!("Cannot read the certificates in {}", file.display());
            for certificate in CertificateDer::pem_file_iter(file).with_context(read)? {
                roots.add(certificate.with_context(read)?).with_context(read)?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("Cannot set up TLS")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Tls(TlsConnector::from(Arc::new(config)), Arc::default()))
    }

    /// When the certificate that was shown last is good; `None` before.
    pub(crate) fn seen(&self) -> Option<Validity> {
        *self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Speaks TLS from here on; the certificate must be good for `host`.
    pub(crate) async fn wrap(&self, wire: Wire, host: &str) -> Result<Wire, Unreachable> {
        let failed = |why: String| Unreachable(format!("No TLS with {host}: {why}"));
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
        let tls = timeout(PATIENCE, self.0.connect(name, wire)).await;
        let tls = tls.map_err(|_| failed("no answer".into()))?.map_err(|error| failed(error.to_string()))?;
        let shown = tls.get_ref().1.peer_certificates().and_then(|chain| Validity::read(chain.first()?));
        *self.1.lock().unwrap_or_else(PoisonError::into_inner) = shown;
        Ok(Box::new(tls))
    }
}
