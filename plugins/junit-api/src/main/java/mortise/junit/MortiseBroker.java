package mortise.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a real broker; they ask for it with a parameter of type {@link
 * TestBroker}.
 *
 * <pre>{@code
 * @MortiseBroker(topics = "orders:3")
 * class OrdersTest {
 *     @Test
 *     void takesOrders(TestBroker broker) {
 *         var producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers()), …);
 *     }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(AnnotatedBrokers.class)
public @interface MortiseBroker {
    /** Where it keeps its records. */
    Storage storage() default Storage.MEMORY;

    /** How many tests share it. */
    Scope scope() default Scope.CLASS;

    /** Configuration, each as {@code key=value}; see the configuration reference. */
    String[] config() default {};

    /**
     * Topics that are there when a test begins, each as {@code name} or {@code name:partitions}.
     */
    String[] topics() default {};
}
