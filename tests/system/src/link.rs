//! A connection between two nodes that can be cut, to partition a network on loopback.

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Pause after a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Forwards TCP connections from a port of its own to another while it is up; cutting it ends all of
/// them and refuses new ones.
pub struct Link {
    is_up: watch::Sender<bool>,
    port: u16,
    forwarding: JoinHandle<()>,
}

impl Link {
    /// A link that is up, to `port` on loopback.
    pub async fn to(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own = listener.local_addr()?.port();
        let (is_up, state) = watch::channel(true);
        let target = SocketAddr::from(([127, 0, 0, 1], port));
        let forwarding = tokio::spawn(forward(listener, target, state));
        Ok(Self { is_up, port: own, forwarding })
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection and lets no new one through.
    pub fn cut(&self) {
        self.is_up.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.is_up.send_replace(true);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.forwarding.abort();
    }
}

async fn forward(listener: TcpListener, target: SocketAddr, is_up: watch::Receiver<bool>) {
    loop {
        match listener.accept().await {
            Ok((incoming, _)) if *is_up.borrow() => {
                tokio::spawn(carry(incoming, target, is_up.clone()));
            }
            Ok(_) => {}
            // Whoever called has hung up before: the link is there for the next one.
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn carry(mut incoming: TcpStream, target: SocketAddr, mut is_up: watch::Receiver<bool>) {
    let Ok(mut outgoing) = TcpStream::connect(target).await else { return };
    // Either end may hang up, and so may whoever holds the link: nobody is told why.
    tokio::select! {
        _ = copy_bidirectional(&mut incoming, &mut outgoing) => {}
        _ = is_up.wait_for(|is_up| !is_up) => {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_cut_link_ends_connections_and_a_mended_one_takes_new_ones() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = Link::to(server.local_addr().unwrap().port()).await.unwrap();
        let mut buffer = [0; 2];

        let mut client = TcpStream::connect(("127.0.0.1", link.port())).await.unwrap();
        let (mut accepted, _) = server.accept().await.unwrap();
        client.write_all(b"hi").await.unwrap();
        accepted.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"hi");

        link.cut();
        assert_eq!(accepted.read(&mut buffer).await.unwrap_or(0), 0);
        let mut refused = TcpStream::connect(("127.0.0.1", link.port())).await.unwrap();
        assert_eq!(refused.read(&mut buffer).await.unwrap_or(0), 0);

        link.mend();
        let mut client = TcpStream::connect(("127.0.0.1", link.port())).await.unwrap();
        let (mut accepted, _) = server.accept().await.unwrap();
        accepted.write_all(b"ok").await.unwrap();
        client.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"ok");
    }
}
