package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import java.util.Set;
import mortise.junit.MortiseBroker;
import mortise.junit.TestBroker;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** The annotation, and a broker without a disk. */
@MortiseBroker(topics = "orders:3")
class InMemoryTest {
    @Test
    void theTopicIsThere(TestBroker broker) throws Exception {
        assertNull(broker.status().dataDirectory());
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertEquals(Set.of("orders"), admin.listTopics().names().get());
        }
    }
}
