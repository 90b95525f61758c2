/**
 * The conformance kit of partitioners.
 *
 * <p>An author writes one test class with one method:
 *
 * <pre>{@code
 * class MyPartitionerTest implements PartitionerContract {
 *     @Override
 *     public PartitionerProvider provider() {
 *         return new MyProvider();
 *     }
 * }
 * }</pre>
 */
package mortise.tck.partition;
