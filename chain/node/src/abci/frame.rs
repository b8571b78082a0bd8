//! Frames of the ABCI socket: a length as an unsigned varint, then that many bytes of protobuf.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Longest frame: a genesis file or a block; consensus itself caps blocks at 100 MB.
const MAX_FRAME_BYTES: u64 = 256 * 1024 * 1024;
/// Most bytes of a length that may matter.
const MAX_LENGTH_BYTES: u32 = 5;
/// Bytes that are reserved before they have arrived.
const RESERVED_BYTES: u64 = 64 * 1024;

/// The next frame; none when the other side has closed between two.
pub(super) async fn read(input: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = read_length(input).await? else { return Ok(None) };
    if length > MAX_FRAME_BYTES {
        let text = format!("a frame of {length} bytes, the limit is {MAX_FRAME_BYTES}");
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let mut frame = Vec::with_capacity(length.min(RESERVED_BYTES) as usize);
    let read = input.take(length).read_to_end(&mut frame).await?;
    if read as u64 == length { Ok(Some(frame)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Whether `bytes` begin with a whole frame, so that reading it does not wait.
pub(super) fn is_whole(mut bytes: &[u8]) -> bool {
    let length = prost::encoding::decode_varint(&mut bytes);
    length.is_ok_and(|length| bytes.len() as u64 >= length)
}

async fn read_length(input: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<u64>> {
    let mut length = 0u64;
    for position in 0..MAX_LENGTH_BYTES {
        let byte = match input.read_u8().await {
            Ok(byte) => byte,
            Err(e) if position == 0 && e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(e) => return Err(e),
        };
        length |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Ok(Some(length));
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "a length without an end"))
}

/// Writes a frame; the caller flushes.
pub(super) async fn write(output: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> io::Result<()> {
    let mut length = Vec::with_capacity(MAX_LENGTH_BYTES as usize);
    prost::encoding::encode_varint(frame.len() as u64, &mut length);
    output.write_all(&length).await?;
    output.write_all(frame).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_read_back_and_the_end_is_seen() {
        let mut bytes = Vec::new();
        let frames = [vec![], vec![7; 3], vec![9; 300]];
        for frame in &frames {
            write(&mut bytes, frame).await.unwrap();
        }
        let mut input = bytes.as_slice();
        for frame in frames {
            assert_eq!(read(&mut input).await.unwrap(), Some(frame));
        }
        assert_eq!(read(&mut input).await.unwrap(), None);
    }

    #[tokio::test]
    async fn only_what_has_arrived_whole_is_read_without_waiting() {
        let mut bytes = Vec::new();
        write(&mut bytes, &[9; 300]).await.unwrap();
        assert!(is_whole(&bytes) && is_whole(&[&bytes[..], &[1]].concat()));
        for length in 0..bytes.len() {
            assert!(!is_whole(&bytes[..length]));
        }
        assert!(is_whole(&[0]) && !is_whole(&[0xff; 12]));
    }

    #[tokio::test]
    async fn cut_endless_and_oversized_frames_are_refused() {
        for bytes in [&[5, 1, 2][..], &[0xff; 9], &[0xff, 0xff, 0xff, 0xff, 0x0f]] {
            assert!(read(&mut &*bytes).await.is_err());
        }
    }
}
