package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mortise.wire.PluginActivityField.Activity;
import mortise.wire.message.DescribeClusterResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PluginActivityFieldTest {
    private static DescribeClusterResponse holding(UnknownTaggedField field) {
        DescribeClusterResponse response = new DescribeClusterResponse();
        response.unknownTaggedFields().add(field);
        return response;
    }

    @Test
    void anAnswerIsReadAsItWasWritten() {
        List<Activity> activities =
                List.of(
                        new Activity("storage", "local", "started", 1, Long.MAX_VALUE, 0),
                        new Activity("codec", "zstd", "started", 0, 0, 0));
        assertThat(PluginActivityField.answered(holding(PluginActivityField.answer(activities))))
                .contains(activities);
        assertThat(PluginActivityField.answered(holding(PluginActivityField.answer(List.of()))))
                .contains(List.of());
    }

    @Test
    void whoDidNotAnswerSaidNothing() {
        assertThat(PluginActivityField.answered(new DescribeClusterResponse())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"storage\tlocal", "a\tb\tc\td\te\tf", "a\tb\tc\t1\t2\t9999999999999999999"})
    void anythingElseIsRefused(String text) {
        UnknownTaggedField field =
                new UnknownTaggedField(
                        PluginActivityField.TAG,
                        ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> PluginActivityField.answered(holding(field)))
                .isInstanceOf(MalformedMessageException.class);
    }
}
