package mortise.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
    @Test
    void labelsAreNamesAndABound() {
        assertThat(Labels.of(3, "api", "error_code").names()).containsExactly("api", "error_code");
        assertThat(Labels.of(3, "api").bound()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Api", "error-code", "_x", "x_", "9", "le", "quantile"})
    void namesOfAnotherFormAreRefused(String name) {
        assertThatThrownBy(() -> Labels.of(3, name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("label '" + name + "'");
    }

    @Test
    void namesAreDistinctAndThereIsOne() {
        assertThatThrownBy(() -> Labels.of(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Labels.of(3, "a", "a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBoundIsPositive() {
        assertThatThrownBy(() -> Labels.of(0, "a")).isInstanceOf(IllegalArgumentException.class);
    }
}
