package mortise.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What others wrote is shown, and does nothing. */
class ForeignTextTest {
    @Test
    void printableTextStaysAsItIs() {
        assertThat(ForeignText.of("orders-3: Äpfel, 苹果, 🍎 \\ 'x'"))
                .isEqualTo("orders-3: Äpfel, 苹果, 🍎 \\ 'x'");
    }

    @Test
    void whatSteersATerminalIsEscaped() {
        assertThat(ForeignText.of("a\u001b[2J\u0007\r\n\t\u007f\u009b31m"))
                .isEqualTo("a\\x1b[2J\\x07\\x0d\\x0a\\x09\\x7f\\x9b31m");
    }

    @Test
    void whatReordersOrHidesTextIsEscaped() {
        assertThat(ForeignText.of("a\u202eb\u2028c\u200bd\ufeff\ud800"))
                .isEqualTo("a\\u{202e}b\\u{2028}c\\u{200b}d\\u{feff}\\u{d800}");
    }

    @Test
    void renderingTwiceChangesNothingMore() {
        String once = ForeignText.of("a\u001bb\u202e" + "x".repeat(100));
        assertThat(ForeignText.of(once)).isEqualTo(once);
    }

    @Test
    void textWithoutEndIsCut() {
        assertThat(ForeignText.of("x".repeat(1_000_000)))
                .hasSizeLessThan(ForeignText.LONGEST + 50)
                .endsWith("x… (1000000 characters)");
    }

    @Test
    void nothingIsShownAsNothing() {
        assertThat(ForeignText.of(null)).isEqualTo("null");
    }
}
