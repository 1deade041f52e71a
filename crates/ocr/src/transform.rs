//! Where a point of a prepared picture lies in the stored one.

use crate::BoundingBox;

/// An affine map: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Transform {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
    e: f32,
    f: f32,
}

impl Transform {
    pub(crate) const IDENTITY: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 1.0, f: 0.0 };

    pub(crate) fn new(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32) -> Self {
        Self { a, b, c, d, e, f }
    }

    pub(crate) fn scale(by: f32) -> Self {
        Self::new(by, 0.0, 0.0, 0.0, by, 0.0)
    }

    pub(crate) fn shift(x: f32, y: f32) -> Self {
        Self::new(1.0, 0.0, x, 0.0, 1.0, y)
    }

    /// This one, and `next` after it.
    pub(crate) fn then(self, next: Self) -> Self {
        Self {
            a: next.a * self.a + next.b * self.d,
            b: next.a * self.b + next.b * self.e,
            c: next.a * self.c + next.b * self.f + next.c,
            d: next.d * self.a + next.e * self.d,
            e: next.d * self.b + next.e * self.e,
            f: next.d * self.c + next.e * self.f + next.f,
        }
    }

    fn point(self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f)
    }

    /// The upright box around what the box (left, top, right, bottom) becomes, cut to `width` and
    /// `height`.
    pub(crate) fn bounds(
        self,
        (left, top, right, bottom): (f32, f32, f32, f32),
        (width, height): (u32, u32),
    ) -> BoundingBox {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            .map(|(x, y)| self.point(x, y));
        let min = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
        let max = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let (xs, ys) = (corners.map(|c| c.0), corners.map(|c| c.1));
        // The casts saturate, which is what is wanted of a box that sticks out.
        let from = |value: f32, limit: u32| (value.max(0.0).floor() as u32).min(limit);
        let to = |value: f32, limit: u32| (value.max(0.0).ceil() as u32).min(limit);
        let (x, y) = (from(min(xs), width), from(min(ys), height));
        BoundingBox {
            x,
            y,
            width: to(max(xs), width).saturating_sub(x),
            height: to(max(ys), height).saturating_sub(y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_and_a_doubling_are_undone_by_what_undoes_them() {
        // Turned by 90° clockwise a picture of 100 × 40 has its (x, y) at (40 - y, x).
        let back = Transform::scale(0.5).then(Transform::new(0.0, 1.0, 0.0, -1.0, 0.0, 40.0));
        let bounds = back.bounds((20.0, 40.0, 40.0, 120.0), (100, 40));
        assert_eq!(bounds, BoundingBox { x: 20, y: 20, width: 40, height: 10 });
    }

    #[test]
    fn a_box_is_cut_to_the_picture() {
        let bounds = Transform::IDENTITY.bounds((-5.0, -5.0, 50.0, 5.0), (30, 20));
        assert_eq!(bounds, BoundingBox { x: 0, y: 0, width: 30, height: 5 });
    }
}
