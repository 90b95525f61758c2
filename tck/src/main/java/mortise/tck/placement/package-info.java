/**
 * The conformance kit of replica placements.
 *
 * <p>An author writes one test class with one method:
 *
 * <pre>{@code
 * class MyPlacementTest implements PlacementContract {
 *     @Override
 *     public PlacementProvider provider() {
 *         return new MyProvider();
 *     }
 * }
 * }</pre>
 */
package mortise.tck.placement;
