//! A connection whose other end has to take what is sent.
//!
//! Nothing else ends a connection whose client asks for much and reads nothing. Invariant: while bytes
//! wait, at least [`PACE`] of them leave within the time, or the connection is closed.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A stream that fails when its writes stall.
#[derive(Debug)]
pub(super) struct Paced<T> {
    inner: T,
    within: Duration,
    /// Runs since the first write that had to wait.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Bytes that left since.
    sent: usize,
}

impl<T> Paced<T> {
    pub(super) const fn new(inner: T, within: Duration) -> Self {
        Self {
            inner,
            within,
            waiting: None,
            sent: 0,
        }
    }

    fn judge<R>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<R>>,
        sent: impl FnOnce(&R) -> usize,
    ) -> Poll<io::Result<R>> {
        match &polled {
            Poll::Ready(Ok(done)) => {
                self.sent = self.sent.saturating_add(sent(done));
                if self.sent >= PACE {
                    self.rest();
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                let within = self.within;
                let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(within)));
                if waiting.as_mut().poll(cx).is_ready() {
                    let error = io::Error::new(io::ErrorKind::TimedOut, "the reader is too slow");
                    return Poll::Ready(Err(error));
                }
            }
        }
        polled
    }

    fn rest(&mut self) {
        self.waiting = None;
        self.sent = 0;
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if polled.is_ready() {
            // The next request has come: the last answer is through.
            self.rest();
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.judge(cx, polled, |sent| *sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(cx, parts);
        self.judge(cx, polled, |sent| *sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(cx);
        self.judge(cx, polled, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.judge(cx, polled, |()| 0)
    }
}

/// Bytes that have to leave in time while more wait.
const PACE: usize = 64 << 10;
