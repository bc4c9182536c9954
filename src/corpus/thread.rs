//! Page text to article and comments.
