//! The real store: a folder, or a bucket.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use object_store::{
    GetOptions, ObjectStore, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use stoa_primitives::ContentHash;
use url::Url;

use super::{ContentStore, check_hash, check_size};
use crate::error::ClientError;

/// Objects named by their hash in hex, directly under the folder or prefix.
///
/// Writes are atomic: a folder gets a temporary file and a rename, a bucket one put.
#[derive(Clone, Debug)]
pub struct ObjectContentStore {
    store: Arc<dyn ObjectStore>,
}

impl ObjectContentStore {
    /// Opens `file:///folder`, a plain path (the folder is created), or
    /// `s3://bucket/prefix?endpoint=https://host&region=name`.
    ///
    /// Endpoint and region are for stores other than Amazon's; both may come from the environment
    /// instead. Credentials come from there alone (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, or what
    /// the machine's role gives), because the address is public.
    pub fn open(url: &str) -> Result<Self, ClientError> {
        let opened = match url.split_once("://") {
            Some(("s3", _)) => open_bucket(url),
            Some(("file", folder)) => return Self::in_folder(folder.into()),
            Some((scheme, _)) => Err(format!("unknown scheme {scheme}")),
            None => return Self::in_folder(url.into()),
        };
        let store = opened.map_err(|reason| unusable(url, reason))?;
        Ok(Self { store })
    }

    fn in_folder(folder: PathBuf) -> Result<Self, ClientError> {
        let url = folder.display().to_string();
        if folder.as_os_str().is_empty() {
            return Err(unusable(&url, "no folder is named".to_owned()));
        }
        std::fs::create_dir_all(&folder)
            .map_err(|source| ClientError::File { path: folder.clone(), source })?;
        let store = LocalFileSystem::new_with_prefix(&folder)
            .map_err(|error| unusable(&url, error.to_string()))?;
        Ok(Self { store: Arc::new(store) })
    }
}

fn unusable(url: &str, reason: String) -> ClientError {
    ClientError::ContentStoreUrl { url: url.to_owned(), reason }
}

fn open_bucket(address: &str) -> Result<Arc<dyn ObjectStore>, String> {
    let address = Url::parse(address).map_err(|error| error.to_string())?;
    let bucket = address.host_str().filter(|name| !name.is_empty()).ok_or("no bucket is named")?;
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    for (name, value) in address.query_pairs() {
        builder = match name.as_ref() {
            "endpoint" => {
                builder.with_allow_http(value.starts_with("http://")).with_endpoint(value)
            }
            "region" => builder.with_region(value),
            _ => return Err(format!("unknown parameter {name}")),
        };
    }
    let bucket = builder.build().map_err(|error| error.to_string())?;
    let prefix = Path::from(address.path());
    Ok(Arc::new(PrefixStore::new(bucket, prefix)))
}

#[async_trait]
impl ContentStore for ObjectContentStore {
    async fn put(&self, bytes: Bytes) -> Result<ContentHash, ClientError> {
        check_size(bytes.len() as u64)?;
        let hash = ContentHash::sha256(&bytes);
        self.store.put(&Path::from(hash.to_string()), PutPayload::from_bytes(bytes)).await?;
        Ok(hash)
    }

    async fn get(&self, hash: ContentHash) -> Result<Bytes, ClientError> {
        let path = Path::from(hash.to_string());
        let found = match self.store.get_opts(&path, GetOptions::default()).await {
            Err(object_store::Error::NotFound { .. }) => {
                return Err(ClientError::ContentMissing { hash });
            }
            other => other?,
        };
        // Before reading: a store that lies about content may also hold far too much of it.
        check_size(found.meta.size)?;
        let bytes = found.bytes().await?;
        check_hash(hash, &bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::MAX_CONTENT_BYTES;

    fn store() -> (tempfile::TempDir, ObjectContentStore) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", folder.path().display());
        let store = ObjectContentStore::open(&url).unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn what_is_put_twice_is_kept_once_and_read_back() {
        let (folder, store) = store();
        let hash = store.put(Bytes::from_static(b"answer")).await.unwrap();
        assert_eq!(store.put(Bytes::from_static(b"answer")).await.unwrap(), hash);
        assert_eq!(store.get(hash).await.unwrap(), Bytes::from_static(b"answer"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn changed_and_missing_and_oversized_content_is_refused() {
        let (folder, store) = store();
        let hash = store.put(Bytes::from_static(b"answer")).await.unwrap();
        let file = folder.path().join(hash.to_string());
        std::fs::write(&file, b"forged").unwrap();
        assert!(matches!(store.get(hash).await, Err(ClientError::ContentCorrupt { .. })));
        std::fs::write(&file, vec![0; MAX_CONTENT_BYTES as usize + 1]).unwrap();
        assert!(matches!(store.get(hash).await, Err(ClientError::ContentTooLarge { .. })));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(store.get(hash).await, Err(ClientError::ContentMissing { .. })));
        let oversized = Bytes::from(vec![0; MAX_CONTENT_BYTES as usize + 1]);
        assert!(matches!(store.put(oversized).await, Err(ClientError::ContentTooLarge { .. })));
    }

    #[test]
    fn other_schemes_and_no_folder_are_refused() {
        for url in
            ["http://host/x", "file://", "", "s3://", "s3:///prefix", "s3://bucket?key=secret"]
        {
            let refused = ObjectContentStore::open(url);
            assert!(matches!(refused, Err(ClientError::ContentStoreUrl { .. })), "{url}");
        }
    }
}
