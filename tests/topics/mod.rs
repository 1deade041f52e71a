//! What readers of the topics are told, and what they can do with it.

mod analytics;
mod document;
