//! Passwords that Docket makes up.

/// Neither of two letters or digits that look alike.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUP: usize = 5;
const GROUPS: usize = 4;

/// A password of 100 bits that can be read from a screen: 20 letters and digits in groups, out of as many of the
/// random bytes.
pub fn readable_password(random: &[u8; 32]) -> String {
    let mut password = String::with_capacity(GROUPS * (GROUP + 1));
    for (index, byte) in random.iter().take(GROUPS * GROUP).enumerate() {
        if index > 0 && index % GROUP == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_readable_and_differ() {
        let (one, two) = (readable_password(&[1; 32]), readable_password(&[2; 32]));
        assert_eq!(one.len(), 23);
        assert!(one.bytes().all(|c| c == b'-' || ALPHABET.contains(&c)), "{one}");
        assert_ne!(one, two);
    }
}
