package mortise.junit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "+",
                "%20",
                "two words",
                "a\nb\r\tc",
                "mortise-junit-answer",
                "ä€\u0000😀"
            })
    void everyTextComesBackAsItWas(String text) {
        Message message = new Message(List.of(text, "x", text, text));

        assertThat(message.toString()).doesNotContain("\n", "\r");
        assertThat(Message.parse(message.toString())).isEqualTo(message);
    }

    @Test
    void aMapComesBackAsItWas() {
        Map<String, String> map = new TreeMap<>(Map.of("a", "1", "b", "", "c d", "e f"));

        assertThat(Message.map(Message.pairs(map))).isEqualTo(map);
        assertThat(Message.pairs(Map.of())).isEmpty();
    }
}
