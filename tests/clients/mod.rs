//! Clients of the replaced systems, as they were written, against Docket.

mod customer_support;
mod support_desk;
mod ticket_tracking;
