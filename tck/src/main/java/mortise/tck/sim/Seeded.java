package mortise.tck.sim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once per seed. Its parameters may be a {@code long}, the seed, and a {@link
 * java.util.random.RandomGenerator} made from it.
 *
 * <p>The seeds are 0 to {@code runs - 1}. {@code -Dmortise.seed=S} runs seed S alone; {@code
 * -Dmortise.seeds=N} runs N seeds, from S if that is given. A failure prints the line that replays
 * it.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SeededExtension.class)
public @interface Seeded {
    /** How many seeds run in the build. */
    int runs();
}
