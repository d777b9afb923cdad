select
    order_id,
    customer_id,
    ordered_at,
    country,
    cast(amount as decimal(18, 2)) as amount
from {{ source('raw', 'orders') }}
where amount > 0
