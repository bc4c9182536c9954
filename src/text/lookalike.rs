//! Characters that are read as a Latin letter or as a plain mark and that no
//! normalisation form makes one.

/// The symbol `c` is read as: letters of other scripts, small capitals, letters with a
/// stroke or hook, boxed and circled letters, typographic marks.
pub fn lookalike(c: char) -> Option<u8> {
    let latin = match c {
        'а' | 'α' | 'ɑ' | 'ɐ' | 'ᴀ' | 'Α' | 'А' | 'Ꭺ' | 'ⱥ' => b'a',
        'в' | 'ь' | 'β' | 'ʙ' | 'ƀ' | 'ɓ' | 'В' | 'Β' | 'Ᏼ' | 'ᖯ' | 'Ƅ' => b'b',
        'с' | 'ϲ' | 'ᴄ' | 'ƈ' | 'ҫ' | 'С' | 'ⅽ' | 'Ꮯ' | 'ⲥ' => b'c',
        'ԁ' | 'ɗ' | 'đ' | 'ð' | 'ɖ' | 'ᴅ' | 'Ꭰ' | 'ժ' | 'ⅾ' => b'd',
        'е' | 'є' | 'ε' | 'ɛ' | 'ҽ' | 'ǝ' | 'ə' | 'ᴇ' | 'ɇ' | 'Е' | 'Ε' | 'Ꭼ' | '℮' => b'e',
        'ƒ' | 'ꜰ' | 'ϝ' | 'ք' => b'f',
        'ɡ' | 'ց' | 'ɢ' | 'ɠ' | 'ǥ' | 'Ꮐ' | 'Ԍ' => b'g',
        'һ' | 'н' | 'հ' | 'ʜ' | 'ħ' | 'ɦ' | 'Η' | 'Н' | 'Ꮋ' => b'h',
        'і' | 'ι' | 'ı' | 'ɩ' | 'ӏ' | 'ɪ' | 'ɨ' | 'Ι' | 'І' | 'Ꭵ' => b'i',
        'ј' | 'ʝ' | 'ᴊ' | 'ɉ' | 'Ј' | 'Ꭻ' | 'յ' | 'ϳ' => b'j',
        'к' | 'κ' | 'ᴋ' | 'ƙ' | 'К' | 'Κ' | 'Ꮶ' | 'ⱪ' => b'k',
        'ł' | 'ⅼ' | 'ɫ' | 'ʟ' | 'Ꮮ' | 'ℓ' | 'ƚ' | 'ⱡ' => b'l',
        'м' | 'ᴍ' | 'ɱ' | 'М' | 'Μ' | 'Ꮇ' | 'ⅿ' => b'm',
        'п' | 'η' | 'ո' | 'ŋ' | 'ɴ' | 'ɲ' | 'ƞ' | 'Ν' | 'и' => b'n',
        'о' | 'ο' | 'σ' | 'ө' | 'ø' | 'օ' | 'ᴏ' | 'ɵ' | 'О' | 'Ο' | 'ѳ' | '०' => b'o',
        'р' | 'ρ' | 'ᴘ' | 'ƥ' | 'Р' | 'Ρ' | 'Ꮲ' | 'þ' => b'p',
        'ԛ' | 'ʠ' | 'զ' | 'ϙ' => b'q',
        'г' | 'ʀ' | 'ɍ' | 'ɽ' | 'Ꮢ' | 'я' => b'r',
        'ѕ' | 'ꜱ' | 'ʂ' | 'Ѕ' | 'Ꮪ' | 'ƨ' => b's',
        'т' | 'τ' | 'ᴛ' | 'ŧ' | 'ƭ' | 'ʈ' | 'Т' | 'Τ' | 'Ꭲ' => b't',
        'υ' | 'ս' | 'ʋ' | 'ᴜ' | 'ʉ' | 'ц' => b'u',
        'ν' | 'ѵ' | 'ᴠ' | 'Ꮩ' | 'Ѵ' | 'ⅴ' => b'v',
        'ԝ' | 'ω' | 'ѡ' | 'ᴡ' | 'ⱳ' | 'Ꮃ' | 'ш' | 'щ' => b'w',
        'х' | 'χ' | 'Х' | 'Χ' | 'ⅹ' | 'ж' | '×' => b'x',
        'у' | 'γ' | 'ү' | 'ʏ' | 'ƴ' | 'Υ' | 'У' => b'y',
        'ᴢ' | 'ʐ' | 'ƶ' | 'ȥ' | 'Ζ' | 'Ꮓ' | 'ʒ' => b'z',
        '\u{249C}'..='\u{24B5}' => letter(c, '\u{249C}'),
        '\u{1F110}'..='\u{1F129}' => letter(c, '\u{1F110}'),
        '\u{1F130}'..='\u{1F149}' => letter(c, '\u{1F130}'),
        '\u{1F150}'..='\u{1F169}' => letter(c, '\u{1F150}'),
        '\u{1F170}'..='\u{1F189}' => letter(c, '\u{1F170}'),
        '\u{1F1E6}'..='\u{1F1FF}' => letter(c, '\u{1F1E6}'),
        '„' | '“' | '”' | '«' | '»' | '‟' | '〝' | '〞' => b'"',
        '‚' | '‘' | '’' | '‹' | '›' | '´' | '`' => b'\'',
        '‐' | '–' | '—' | '−' | '―' => b'-',
        '¡' => b'!',
        '¿' => b'?',
        '∗' | '٭' | '⁎' | '•' | '·' => b'*',
        _ => return None,
    };
    Some(latin)
}

/// The letter as far into the alphabet as `c` is behind `first`.
fn letter(c: char, first: char) -> u8 {
    b'a' + (c as u32 - first as u32) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_letters_begin_with_a_and_end_with_z() {
        for (a, z) in [('⒜', '⒵'), ('🄐', '🄩'), ('🄰', '🅉'), ('🅐', '🅩'), ('🅰', '🆉'), ('🇦', '🇿')]
        {
            assert_eq!((lookalike(a), lookalike(z)), (Some(b'a'), Some(b'z')));
        }
    }

    #[test]
    fn latin_letters_are_left_alone() {
        assert!("abcxyzäöüßé0".chars().all(|c| lookalike(c).is_none()));
    }
}
