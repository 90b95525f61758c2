package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.spi.PluginContext;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Principal;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** A program with a broker in it, whose codecs and plugins are all there. */
class ProgramTest {
    /** Logs, as plugins do. */
    private static final class Talkative implements AuthorizerProvider {
        @Override
        public String name() {
            return "talkative";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public boolean usesDataDirectory(Config config) {
            return false;
        }

        @Override
        public Authorizer create(Config config, PluginContext context) {
            context.logger().log(System.Logger.Level.INFO, "said by a {0}", "plugin");
            return new Authorizer() {
                @Override
                public boolean allows(Principal principal, String host, Action action) {
                    return true;
                }

                @Override
                public void close() {}
            };
        }
    }

    @Test
    void everyCodecIsThereAndPluginsLogWhereTheBrokerDoes() throws Exception {
        try (Broker broker =
                new BrokerBuilder()
                        .set("listeners", "127.0.0.1:0")
                        .set("plugins.storage", "memory")
                        .set("consensus.raft.storage", "memory")
                        .set("plugins.authorizer", "talkative")
                        .plugin(new Talkative())
                        .start()) {
            String address = broker.status().listeners().get("PLAINTEXT").toString();
            assertNull(broker.status().dataDirectory());
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
                admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all().get();
            }
            long last = -1;
            for (String codec : List.of("none", "gzip", "zstd", "lz4", "snappy")) {
                try (var producer =
                        new KafkaProducer<>(
                                Map.of("bootstrap.servers", address, "compression.type", codec),
                                new StringSerializer(),
                                new StringSerializer())) {
                    last = producer.send(new ProducerRecord<>("orders", codec)).get().offset();
                }
            }
            assertEquals(4, last);
        }
    }
}
