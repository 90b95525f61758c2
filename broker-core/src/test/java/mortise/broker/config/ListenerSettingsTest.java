package mortise.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener is what its name says, or is refused. */
class ListenerSettingsTest {
    private static List<ListenerSettings> read(String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return BrokerSettings.listeners(Config.of(BrokerSettings.SCHEMA, values));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS://h:1",
                "tls://h:1",
                "SSL://h:1",
                "SASL_SSL://h:1",
                "HTTPS://h:1",
                "http://h:1"
            })
    void aProtocolThatIsNotServedIsRefusedWhereverItIsNamed(String address) {
        String name = address.substring(0, address.indexOf(':')).toUpperCase(Locale.ROOT);
        String refusal = "asks for " + name + ", which this version does not serve";
        assertThatThrownBy(() -> read("listeners", address))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(refusal);
        assertThatThrownBy(() -> read("listeners", "PLAINTEXT://h:1," + address))
                .hasMessageContaining(refusal);
        assertThatThrownBy(() -> read("advertised-listeners", address))
                .hasMessageContaining(refusal);
        assertThatThrownBy(() -> read("listener-protocols", "INSIDE:" + name))
                .hasMessageContaining(refusal);
        assertThatThrownBy(() -> read("listener-protocols", name + ":PLAINTEXT"))
                .hasMessageContaining("calls a plaintext listener " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INSIDE", "KAFKAS", "TLSV1_3", "PLAINTEXT_TLS"})
    void aNameThatStandsForNoProtocolIsRefusedUntilItDoes(String name) {
        assertThatThrownBy(() -> read("listeners", name + "://127.0.0.1:9092"))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "listeners: '"
                                + name
                                + "' is no protocol that this version serves; listeners are plaintext: write PLAINTEXT://HOST:PORT, or, if that is the listener's own name, set listener-protocols to "
                                + name
                                + ":PLAINTEXT");
        assertThat(
                        read(
                                "listeners",
                                name + "://127.0.0.1:9092",
                                "listener.security.protocol.map",
                                name + ":PLAINTEXT"))
                .extracting(ListenerSettings::name)
                .containsExactly(name);
    }

    @Test
    void aDirectoryWithoutANameIsNone() {
        assertThatThrownBy(() -> read("data.directory", ""))
                .hasMessage("data.directory: '' names no file or directory");
        assertThatThrownBy(() -> read("data.directory", "  ")).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> read("plugins.directory", "")).isInstanceOf(ConfigException.class);
    }
}
