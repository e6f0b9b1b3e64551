//! A wire between client and mail server that is cut at the worst moment: the server has taken the letter, and its reply to
//! the final dot never reaches the client.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts a wire in clear text to a server on this machine and gives its port. The first `cuts` letters lose their reply;
/// later ones pass.
pub(crate) async fn cutter(server: u16, cuts: usize) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut left = cuts;
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            if left == 0 {
                tokio::spawn(pass(client, server));
            } else {
                pass_until_taken(client, server).await;
                left -= 1;
            }
        }
    });
    port
}

async fn pass(mut client: TcpStream, mut server: TcpStream) {
    // Either side may hang up at any time; that ends the wire.
    tokio::io::copy_bidirectional(&mut client, &mut server).await.ok();
}

/// Passes bytes both ways; once the final dot has gone to the server and its answer has come, drops both ends.
async fn pass_until_taken(mut client: TcpStream, mut server: TcpStream) {
    let mut said = Vec::new();
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(count) if count > 0 => {
                    said.extend_from_slice(&up[..count]);
                    server.write_all(&up[..count]).await.unwrap();
                }
                _ => return,
            },
            read = server.read(&mut down) => match read {
                Ok(count) if count > 0 && !said.ends_with(b"\r\n.\r\n") => client.write_all(&down[..count]).await.unwrap(),
                _ => return,
            },
        }
    }
}
