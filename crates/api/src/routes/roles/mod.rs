use utoipa_axum::router::OpenApiRouter;

use crate::Api;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
}
