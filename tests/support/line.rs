//! A wire between a client and a server that goes silent, as a middlebox makes it that forgets a connection, or leads elsewhere
//! from now on, as an address does that moves to another machine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The wire; it ends with the test's runtime.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    server: u16,
    /// Whether the connections that were made since the latest silence are silent.
    silent: Arc<AtomicBool>,
    heard: Vec<u8>,
}

impl Line {
    /// A wire in clear text to a server on this machine.
    pub(crate) async fn to(server: u16) -> Line {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let state = State { server, silent: Arc::default(), heard: Vec::new() };
        let line = Line { port: listener.local_addr().unwrap().port(), state: Arc::new(Mutex::new(state)) };
        let own = line.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = own.state.lock().unwrap().server;
                // A server that is down: the client sees its connection closed.
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await {
                    tokio::spawn(own.clone().pass(client, server));
                }
            }
        });
        line
    }

    /// Everything on the connections of now is swallowed, and nobody is told; new ones pass.
    pub(crate) fn falls_silent(&self) {
        let mut state = self.state.lock().unwrap();
        state.silent.store(true, Ordering::SeqCst);
        state.silent = Arc::default();
    }

    /// New connections lead here.
    pub(crate) fn leads_to(&self, server: u16) {
        self.state.lock().unwrap().server = server;
    }

    /// The last line that a client said.
    pub(crate) fn last_word(&self) -> String {
        let heard = String::from_utf8_lossy(&self.state.lock().unwrap().heard).into_owned();
        heard.lines().last().unwrap_or_default().to_owned()
    }

    async fn pass(self, mut client: TcpStream, mut server: TcpStream) {
        let silent = Arc::clone(&self.state.lock().unwrap().silent);
        let (mut up, mut down) = (vec![0; 8192], vec![0; 8192]);
        loop {
            let (count, to_server) = tokio::select! {
                read = client.read(&mut up) => (read, true),
                read = server.read(&mut down) => (read, false),
            };
            let Ok(count @ 1..) = count else { return };
            if silent.load(Ordering::SeqCst) {
                continue;
            }
            let sent = if to_server {
                self.state.lock().unwrap().heard.extend_from_slice(&up[..count]);
                server.write_all(&up[..count]).await
            } else {
                client.write_all(&down[..count]).await
            };
            if sent.is_err() {
                return;
            }
        }
    }
}
