//! What all routes share.

mod body;
mod committed;
mod conditional;
mod context;
mod correlation;
mod field_problem;
mod fields;
mod form;
mod legacy;
mod nested;
mod pace;
mod page;
mod params;
mod position;
mod problem;
mod refusals;
mod trace;

pub(crate) use body::{JsonBody, drain, unsupported};
pub(crate) use committed::{committed_headers, location};
pub(crate) use conditional::{IfMatch, etag};
pub(crate) use context::{CommandContext, command_context, plain_context, replayed};
pub(crate) use correlation::{Correlation, correlate};
pub(crate) use field_problem::{FieldProblem, Place};
pub(crate) use fields::{Fields, Given};
pub(crate) use form::{Chunks, Form, Part, announced_bytes, body_chunks, essence, unknown_part};
pub(crate) use legacy::{Ignored, Shape, legacy_paths};
pub(crate) use nested::{elements, finish_nested, forms, patched};
pub(crate) use page::{Page, page_params};
pub(crate) use params::{Params, parse_time};
pub(crate) use position::{docket_position, wait_for_head, wait_for_views};
pub(crate) use problem::{Problem, render_problems};
pub(crate) use trace::name_route;
