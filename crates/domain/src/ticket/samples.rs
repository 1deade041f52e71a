//! Sample tickets and events for tests.
