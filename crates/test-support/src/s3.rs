//! An S3 server in the process of a test, on a directory.

use std::fs;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server with one empty bucket.
pub struct TestS3 {
    /// Its address, like `http://127.0.0.1:1234`.
    pub endpoint: String,
    /// Where its objects lie, in folders of the names of the buckets.
    pub directory: TempDir,
}

impl TestS3 {
    /// The access key it knows.
    pub const ACCESS_KEY_ID: &str = "access";
    /// The secret of that key.
    pub const SECRET_ACCESS_KEY: &str = "secret";

    /// Starts a server that runs as long as the runtime of the test does.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(bucket: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(directory.path().join(bucket)).expect("a folder can be made");
        let objects = s3s_fs::FileSystem::new(directory.path()).expect("the folder is there");
        let mut builder = S3ServiceBuilder::new(objects);
        builder.set_auth(SimpleAuth::from_single(Self::ACCESS_KEY_ID, Self::SECRET_ACCESS_KEY));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    drop(http.serve_connection(TokioIo::new(socket), service).await);
                });
            }
        });
        Self { endpoint: format!("http://{address}"), directory }
    }
}
