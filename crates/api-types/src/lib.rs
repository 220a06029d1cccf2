//! Requests, responses and error codes that Cruddur's two ends share.
