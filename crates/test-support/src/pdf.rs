//! Small PDFs, as a word processor or a scanner makes them.

/// A document with these texts as its text layer, a page for each, all of this size in points. The texts are Latin, in
/// Helvetica of 24 points, without parentheses.
pub fn pdf(pages: &[&str], size: (f64, f64)) -> Vec<u8> {
    let font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec();
    let draw = |text: &&str| format!("BT /F1 24 Tf 72 100 Td ({text}) Tj ET").into_bytes();
    document(font, "/Font << /F1 3 0 R >>", &pages.iter().map(draw).collect::<Vec<_>>(), size)
}

/// A document of one page that is nothing but a picture, given as JPEG in RGB with its sides in pixels.
pub fn scanned_pdf(jpeg: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let mut image = format!(
        "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB \
         /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>\nstream\n",
        jpeg.len()
    )
    .into_bytes();
    image.extend_from_slice(jpeg);
    image.extend_from_slice(b"\nendstream");
    // At 150 dots per inch.
    let size = (f64::from(width) * 0.48, f64::from(height) * 0.48);
    let draw = format!("q {} 0 0 {} 0 0 cm /I1 Do Q", size.0, size.1).into_bytes();
    document(image, "/XObject << /I1 3 0 R >>", &[draw], size)
}

/// A document that opens with a password only.
pub fn encrypted_pdf() -> &'static [u8] {
    include_bytes!("encrypted.pdf")
}

fn document(resource: Vec<u8>, named: &str, draws: &[Vec<u8>], size: (f64, f64)) -> Vec<u8> {
    let kids: Vec<String> = (0..draws.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" ")).into_bytes(),
        resource,
    ];
    for (page, draw) in draws.iter().enumerate() {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Resources << {named} >> \
             /Contents {} 0 R >>",
            size.0,
            size.1,
            5 + 2 * page
        );
        objects.push(page.into_bytes());
        let mut stream = format!("<< /Length {} >>\nstream\n", draw.len()).into_bytes();
        stream.extend_from_slice(draw);
        stream.extend_from_slice(b"\nendstream");
        objects.push(stream);
    }
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let end = bytes.len();
    let count = objects.len() + 1;
    let trailer =
        format!("{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n");
    bytes.extend_from_slice(trailer.as_bytes());
    bytes
}
