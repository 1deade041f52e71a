//! Files of tickets: images and attachments.
//!
//! | module | what it holds |
//! |---|---|
//! | `attach`, `intake` | files come in |
//! | `open` | with a new ticket |
//! | `list`, `view`, `edit`, `remove`, `find` | what is known of them |
//! | `download`, `link` | they go out |
//! | `text` | what was read in them |

mod attach;
mod body;
mod download;
mod edit;
mod find;
mod intake;
mod link;
mod list;
mod open;
mod remove;
mod text;
mod view;

pub(crate) use open::{OpenTicketForm, brings_form, open_with_files};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of files.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_images, attach::attach_images))
        .routes(routes!(view::view_image, edit::edit_image, remove::remove_image))
        .routes(routes!(text::view_image_text, text::read_image_text))
        .routes(routes!(list::list_attachments, attach::attach_files))
        .routes(routes!(view::view_attachment, edit::edit_attachment, remove::remove_attachment))
        .routes(routes!(text::view_attachment_text, text::read_attachment_text))
        .routes(routes!(download::download_file))
        .routes(routes!(download::download_thumbnail))
        .routes(routes!(link::link_file))
}
